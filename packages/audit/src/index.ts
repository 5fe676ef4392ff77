export { createAuditRecorder } from './audit-recorder.ts';
export type { AuditAct, AuditRecorder, AuditRecorderOptions, BegunAct } from './audit-recorder.ts';
export { auditRequestEvent } from './audit-request-event.ts';

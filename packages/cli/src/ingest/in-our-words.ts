const options: readonly (readonly [variable: RegExp, option: string])[] = [
  [/\bLEDGER_FILE\b/g, 'the ledger'],
  [/\bINPUT_FILE\b/g, 'FILE'],
  [/\bMAPPING_FILE\b/g, '--mapping'],
  [/\bREPORT_FILE\b/g, '--report'],
  [/\bPLAN_FILE\b/g, '--plan'],
  [/\bTENANT\b/g, '--tenant'],
  [/\bSOURCE\b/g, '--source'],
  [/\bOUTCOMES_FORMAT\b/g, '--format'],
  [/\bFORCE=true\b/g, '--force'],
  [/\bUNTIL_EVENT_TIME\b/g, '--until'],
  [/\bMAX_BAD_PERCENT\b/g, '--max-bad'],
  [/\bREFUSALS_FILE\b/g, '--refusals'],
];

/** The worker speaks of its variables; whoever typed a command knows its options. */
export const inOurWords = (word: string): string =>
  options.reduce((text, [variable, option]) => text.replaceAll(variable, option), word);

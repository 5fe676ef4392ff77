import { z } from 'zod';
import { crossFieldCheck } from './cross-field-check.ts';
import { addressList, secretFile, secretText, textFile } from './config-fields.ts';

/** How to reach Kafka: spread into a service's schema, and add `.check(checkKafkaFields)`. */
export const kafkaFields = {
  KAFKA_BROKERS: addressList().describe('Bootstrap brokers.'),
  KAFKA_TLS_CA_FILE: textFile()
    .optional()
    .describe(
      "Certificate authorities that the brokers' certificates are checked against (PEM). Setting it turns TLS on; for brokers with public certificates name the system's own bundle.",
    ),
  KAFKA_TLS_CERT_FILE: textFile().optional().describe("This worker's certificate (PEM), for mutual TLS."),
  KAFKA_TLS_KEY_FILE: secretFile().optional().describe("The private key of this worker's certificate (PEM)."),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('How this worker proves its user name. Plain only together with TLS.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User name at the brokers.'),
  KAFKA_SASL_PASSWORD: secretText().optional().describe('Password at the brokers.'),
};

/** TLS and SASL settings come whole or not at all, and a password never travels in clear. */
export const checkKafkaFields = crossFieldCheck((given) => {
  const problems = [
    ...given.together('KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'),
    ...given.together('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'),
  ];
  if (given.has('KAFKA_TLS_CERT_FILE') && !given.has('KAFKA_TLS_CA_FILE')) {
    problems.push({ variable: 'KAFKA_TLS_CA_FILE', message: 'is needed where KAFKA_TLS_CERT_FILE is set' });
  }
  if (given.value('KAFKA_SASL_MECHANISM') === 'plain' && !given.has('KAFKA_TLS_CA_FILE')) {
    problems.push({
      variable: 'KAFKA_TLS_CA_FILE',
      message: 'is needed where KAFKA_SASL_MECHANISM is plain, else the password would travel in clear',
    });
  }
  return problems;
});

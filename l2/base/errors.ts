/**
 * An error with a code by which programs tell why, and a message for people: what was found and what was expected.
 * Arguments that no caller may pass are a RangeError or a TypeError instead.
 */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What a promise fails with.
 *
 * @throws {Error} where it succeeds.
 */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error(`Expected a failure, got ${String(value)}.`);
}

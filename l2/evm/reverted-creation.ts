import type { EVMInterface, EVMResult, ExecResult } from "@ethereumjs/evm";

/** What runs init code in the EVM, beyond its types. */
interface Creations {
  runInterpreter(message: { isCreate?: boolean }, options?: unknown): Promise<ExecResult>;
  _executeCreate(message: unknown): Promise<EVMResult>;
}

/**
 * Lets init code revert with whatever it wants. The EVM of @ethereumjs/evm looks for the byte that code must not start
 * with (EIP-3541) in what a reverted creation returned, too, and would take all of its gas.
 */
export function letCreationsRevert(evm: EVMInterface): void {
  const creations = evm as unknown as Creations;
  const run = creations.runInterpreter.bind(evm);
  const create = creations._executeCreate.bind(evm);
  const hidden = new WeakMap<Uint8Array, Uint8Array>();
  creations.runInterpreter = async (message, options) => {
    const result = await run(message, options);
    if (message.isCreate !== true || result.exceptionError === undefined) return result;
    const returnValue = new Uint8Array();
    hidden.set(returnValue, result.returnValue);
    return { ...result, returnValue };
  };
  creations._executeCreate = async (message) => {
    const result = await create(message);
    const returnValue = hidden.get(result.execResult.returnValue);
    return returnValue === undefined ? result : { ...result, execResult: { ...result.execResult, returnValue } };
  };
}

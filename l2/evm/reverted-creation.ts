import type { EVMInterface, EVMResult, ExecResult } from "@ethereumjs/evm";

/** The methods of the EVM that run init code; its types hide them. */
interface Creations {
  runInterpreter(message: { isCreate?: boolean }, options?: unknown): Promise<ExecResult>;
  _executeCreate(message: unknown): Promise<EVMResult>;
}

/**
 * Lets init code revert with any data. @ethereumjs/evm applies EIP-3541 to the data of a reverted creation, too: if
 * that starts with 0xef, it would take all of the gas.
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

import {
  type AddPrecompile,
  EVMError,
  type ExecResult,
  type PrecompileInput,
  getActivePrecompiles,
} from "@ethereumjs/evm";

/** Most pairs of one pairing; L1 may have to pay for it twice (contracts/execution/precompiles/Precompiles.sol). */
export const PAIRS_LIMIT = 128;

/** Bytes of a pair of points. */
const PAIR_SIZE = 192;

const NUMBER = "0000000000000000000000000000000000000008";

/** The pairing of EIP-197. With more pairs than L1 can take in one call it fails as if out of gas. */
export const PAIRING: AddPrecompile = {
  address: `0x${NUMBER}`,
  function: async (input: PrecompileInput): Promise<ExecResult> => {
    if (input.data.length > PAIRS_LIMIT * PAIR_SIZE) {
      const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
      return { returnValue: new Uint8Array(), executionGasUsed: input.gasLimit, exceptionError };
    }
    return getActivePrecompiles(input.common).get(NUMBER)!(input);
  },
};

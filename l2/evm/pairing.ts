import {
  type AddPrecompile,
  EVMError,
  type ExecResult,
  type PrecompileInput,
  getActivePrecompiles,
} from "@ethereumjs/evm";

/** Most pairs of one pairing: what it costs may come upon L1 twice (contracts/execution/precompiles/Precompiles.sol). */
export const PAIRS_LIMIT = 128;

/** Bytes of a pair of points. */
const PAIR_SIZE = 192;

const NUMBER = "0000000000000000000000000000000000000008";

/** The pairing of EIP-197, which fails with more pairs than L1 can take at once, like what lacks gas. */
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

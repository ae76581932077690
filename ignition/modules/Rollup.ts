import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress, ZeroHash } from "ethers";

import { ACCESS_LIMIT, AUTHORIZATION_LIMIT, BLOB_BASE_FEE, TRANSACTION_LIMIT } from "../../l2/protocol/config.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import Governance from "./Governance.ts";

/** Sequencers, batches, disputes and the state transition of the L2. */
export default buildModule("Rollup", (m) => {
  const { token, timelock, parameters, treasury, verifiers } = m.useModule(Governance);

  const sequencers = m.contract("SequencerSet", [token, parameters, treasury, timelock]);

  const stateRoot = m.getParameter("genesisStateRoot");
  const timestamp = m.getParameter("genesisTimestamp");
  const inbox = m.contract("BatchInbox", [
    sequencers,
    parameters,
    {
      index: 0,
      parent: ZeroHash,
      epoch: 0,
      term: 0,
      sequencer: ZeroAddress,
      txCount: 0,
      dataSize: 0,
      gasUsed: 0,
      baseFee: 0,
      firstBlock: 0,
      lastBlock: 0,
      firstTimestamp: timestamp,
      lastTimestamp: timestamp,
      blockBefore: ZeroHash,
      deposits: 0,
      depositsHash: ZeroHash,
      preStateRoot: stateRoot,
      postStateRoot: stateRoot,
      mtsr: ZeroHash,
      mttbr: ZeroHash,
      dataHash: ZeroHash,
      attestations: ZeroHash,
    },
    m.getParameter("baseFee"),
  ]);

  const precompiles = m.contract("Precompiles");
  const interpreter = m.contract("Interpreter", [precompiles]);
  const executor = m.contract("Executor", [
    {
      chainId: m.getParameter("chainId"),
      baseFee: m.getParameter("baseFee"),
      gasLimit: m.getParameter("gasLimit"),
      blobBaseFee: BLOB_BASE_FEE,
      memoryLimit: MEMORY_LIMIT,
      transactionLimit: TRANSACTION_LIMIT,
      accessLimit: ACCESS_LIMIT,
      authorizationLimit: AUTHORIZATION_LIMIT,
    },
    interpreter,
  ]);
  const disputes = m.contract("Disputes", [inbox, sequencers, verifiers, parameters, treasury, executor]);

  // They know each other; each call is the deployer's, and works once.
  m.call(sequencers, "connect", [inbox, disputes]);
  m.call(inbox, "connect", [disputes]);

  return { sequencers, inbox, precompiles, interpreter, executor, disputes };
});

import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroHash, id } from "ethers";

import Governance from "./Governance.ts";
import Rollup from "./Rollup.ts";

/** `DEFAULT_ADMIN_ROLE` of OpenZeppelin's access control. */
const ADMIN_ROLE = ZeroHash;

/**
 * The whole system. Its last step ends the deployer's power: from then on only a vote changes anything.
 *
 *   npx hardhat ignition deploy ignition/modules/MetisL2.ts --parameters ignition/parameters/sepolia.json \
 *     --network sepolia --verify
 */
export default buildModule("MetisL2", (m) => {
  const { token, timelock, parameters, treasury, verifiers } = m.useModule(Governance);
  const { sequencers, inbox, executor, disputes } = m.useModule(Rollup);

  const governor = m.contract("MetisGovernor", [
    { token, sequencers, verifiers, treasury, parameters, timelock },
    {
      votingDelay: m.getParameter("votingDelay"),
      votingPeriod: m.getParameter("votingPeriod"),
      proposalThreshold: m.getParameter("proposalThreshold"),
      quorumPercent: m.getParameter("quorumPercent"),
    },
  ]);

  const proposer = m.call(timelock, "grantRole", [id("PROPOSER_ROLE"), governor], { id: "grantProposer" });
  const canceller = m.call(timelock, "grantRole", [id("CANCELLER_ROLE"), governor], { id: "grantCanceller" });
  m.call(timelock, "renounceRole", [ADMIN_ROLE, m.getAccount(0)], {
    id: "renounceAdmin",
    after: [proposer, canceller],
  });

  return { token, timelock, parameters, treasury, verifiers, sequencers, inbox, executor, disputes, governor };
});

import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroHash, dataSlice, id } from "ethers";

import Governance from "./Governance.ts";
import Rollup from "./Rollup.ts";

/** `DEFAULT_ADMIN_ROLE` of OpenZeppelin's access control. */
const ADMIN_ROLE = ZeroHash;

/** Of the enum `Tier` of `contracts/governance/Tier.sol`. */
const [ORDINARY, SWIFT] = [1, 2];

/** The first bytes of a call of a function. */
const selector = (signature: string): string => dataSlice(id(signature), 0, 4);

/**
 * The whole system. Its last step ends the deployer's power: from then on only a vote changes anything.
 *
 *   npx hardhat ignition deploy ignition/modules/MetisL2.ts --parameters ignition/parameters/sepolia.json \
 *     --network sepolia --verify
 */
export default buildModule("MetisL2", (m) => {
  const { token, timelock, parameters, treasury, verifiers } = m.useModule(Governance);
  const { sequencers, inbox, executor, disputes } = m.useModule(Rollup);

  // Each of these calls is the deployer's, and works once.
  m.call(treasury, "connect", [disputes, sequencers], { id: "connectTreasury" });
  const known = m.call(
    timelock,
    "connect",
    [
      [
        { target: sequencers, selector: selector("kick(address,uint16)"), tier: SWIFT },
        { target: verifiers, selector: selector("ban(address)"), tier: SWIFT },
        { target: treasury, selector: selector("compensate(address,bytes32,uint256,uint256)"), tier: SWIFT },
        { target: treasury, selector: selector("grant(address,uint256,uint256)"), tier: ORDINARY },
        { target: parameters, selector: selector("adjust(uint8,uint256)"), tier: ORDINARY },
      ],
    ],
    { id: "connectTimelock" },
  );

  const vault = m.getParameter("vault");
  const governed = { token, sequencers, verifiers, treasury, parameters, timelock, vault };
  const governor = m.contract(
    "MetisGovernor",
    [
      governed,
      {
        votingDelay: m.getParameter("votingDelay"),
        votingPeriod: m.getParameter("votingPeriod"),
        proposalThreshold: m.getParameter("proposalThreshold"),
        quorumPercent: m.getParameter("quorumPercent"),
        graveDelay: m.getParameter("graveDelay"),
      },
    ],
    { after: [known] },
  );

  const proposer = m.call(timelock, "grantRole", [id("PROPOSER_ROLE"), governor], { id: "grantProposer" });
  const canceller = m.call(timelock, "grantRole", [id("CANCELLER_ROLE"), governor], { id: "grantCanceller" });
  m.call(timelock, "renounceRole", [ADMIN_ROLE, m.getAccount(0)], {
    id: "renounceAdmin",
    after: [proposer, canceller],
  });

  return { token, timelock, parameters, treasury, verifiers, sequencers, inbox, executor, disputes, governor };
});

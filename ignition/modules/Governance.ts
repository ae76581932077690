import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { PARAMETERS } from "../parameters.ts";

/** What the rest of the system answers to: the token, the timelock that owns everything, and what it owns directly. */
export default buildModule("Governance", (m) => {
  const deployer = m.getAccount(0);
  const token = m.contract("MetisToken", [m.getParameter("holder"), m.getParameter("supply")]);

  // The deployer is admin until it has made the governor the proposer.
  const timelock = m.contract("Timelock", [m.getParameter("shortDelay"), m.getParameter("longDelay"), deployer]);

  const settings = PARAMETERS.map((name) => m.getParameter(name));
  const parameters = m.contract("Parameters", [timelock, settings]);
  const treasury = m.contract("Treasury", [token, parameters, timelock]);
  const verifiers = m.contract("VerifierRegistry", [token, parameters, treasury, timelock]);

  return { token, timelock, parameters, treasury, verifiers };
});

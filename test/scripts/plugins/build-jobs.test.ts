import { expect } from "chai";
import hre from "hardhat";

import { shareEqual } from "../../../scripts/plugins/build-jobs.ts";

describe("Jobs of a build", () => {
  it("are one for all overrides with the same settings, and another for other settings", () => {
    const shared = shareEqual({ a: { runs: 1 }, b: { runs: 2 }, c: { runs: 1 } });
    expect(shared).to.deep.equal({ a: { runs: 1 }, b: { runs: 2 }, c: { runs: 1 } });
    expect(shared["a"]).to.equal(shared["c"]);
    expect(shared["a"]).to.not.equal(shared["b"]);
  });

  it("are two for the contracts, of the same settings, and one for the interpreter", () => {
    const { compilers, overrides } = hre.config.solidity.profiles["default"]!;
    const settings = new Set(Object.values(overrides));
    expect(settings.size).to.equal(2);
    expect(overrides["contracts/execution/evm/Interpreter.sol"]?.settings).to.deep.equal({
      ...compilers[0]!.settings,
      optimizer: { enabled: true, runs: 1000 },
    });
    expect(overrides["contracts/execution/Executor.sol"]?.settings).to.deep.equal(compilers[0]!.settings);
    expect(overrides["contracts/governance/MetisGovernor.sol"]).to.equal(undefined);
    expect(overrides["testkit/contracts/Pair.sol"]?.settings).to.include({ evmVersion: "osaka" });
  });

  it("are the same for deployments as for tests", () => {
    const { default: tested, production } = hre.config.solidity.profiles;
    expect(JSON.stringify(production)).to.equal(JSON.stringify(tested));
  });
});

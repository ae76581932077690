import { expect } from "chai";
import { parseEther, toQuantity } from "ethers";

import { failureOf } from "../../../testkit/agents/failure.ts";
import { castPeople, checkFunds } from "../../../scripts/demos/cast.ts";
import { openPlayground } from "../../../scripts/demos/network.ts";

describe("Cast of a demo", () => {
  it("names the deployer that cannot pay everybody, what it has and what it lacks", async () => {
    const playground = await openPlayground(undefined, () => undefined);
    const cast = castPeople(playground, 1);
    await checkFunds(playground, cast, true);
    const account = await playground.deployer.getAddress();
    const setBalance = (wei: bigint) =>
      playground.connection.provider.request({ method: "hardhat_setBalance", params: [account, toQuantity(wei)] });
    await setBalance(parseEther("1499"));
    const { message } = await failureOf(checkFunds(playground, cast, true));
    expect(message).to.match(
      /^The deployer 0x\w{40} has 1499\.0 ETH and lacks 1\.0\d+: expected 100\.0 for each of 15 /,
    );
    expect(message).to.contain(account);
    await setBalance(parseEther("1501"));
    await checkFunds(playground, cast, true);
    await playground.connection.close();
  });
});

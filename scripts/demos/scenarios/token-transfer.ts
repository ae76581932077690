import { type Wallet, parseEther } from "ethers";

import { hashHeader } from "../../../l2/batch/header.ts";
import { batch, payday, wakeVerifier } from "../acts.ts";
import { placeOf, submitFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import { amount } from "../story.ts";
import { balanceOf, issueAndPay, observeArrival, submit } from "../tokens.ts";

const PRICE = parseEther("100");

/** Steps 11.3 to 11.5 and 11.11 to 11.16 over a contract: L1 runs the token's own code, over a witness of its storage. */
export const tokenTransfer: Scenario = {
  name: "token-transfer",
  title: "The disputed transaction is a token's transfer: L1 runs the token's code",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local, cast } = stage;
      const buyer = cast.users[1] as Wallet;
      story.chapter("The first batch is right");
      await payday(stage);
      await batch(stage);

      story.chapter("A user issues a token and pays with it, and three of four sequencers collude");
      await local.verifiers[0]?.stop();
      const { token, payment, signed } = await issueAndPay(stage, [buyer.address], PRICE);
      const { forged } = await submitFalseRoots(stage, (honest) => placeOf(honest, payment));

      story.chapter("The verifier re-executes the batch, and L1 the token's transfer");
      await wakeVerifier(stage);
      await stage.until(() => local.l1State.condemned.length > 0);
      const verdict = local.verifiers[0]?.agent.finding(hashHeader(forged.header))?.verdict;
      if (verdict !== "wrong") throw new Error(`The verifier found "${verdict}".`);
      await stage.tell();

      story.chapter("User 1 sends the same signed bytes again, and they arrive");
      await local.submitter?.restart();
      await stage.beat();
      await submit(stage, signed);
      const header = await batch(stage);
      await observeArrival(stage, header, payment);
      await story.observe({
        steps: ["Q8"],
        actor: "user 2",
        to: "Metis blockchain",
        read: () => balanceOf(stage, token, buyer.address),
        holds: (balance) => balance === PRICE,
        text: (balance) => `has ${amount(balance)} CUP, says a node of the L2`,
      });
    },
  }),
};

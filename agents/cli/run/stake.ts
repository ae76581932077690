import { Stake } from "../../sequencer/stake.ts";
import type { StakeSettings } from "../stake.ts";
import { baseOf, l1Of, managerOf } from "./ground.ts";

/** Does one thing with the stake of the key's account. */
export async function runStake(
  settings: StakeSettings,
  act: (stake: Stake, settings: StakeSettings) => Promise<unknown>,
): Promise<void> {
  const base = baseOf("stake", settings);
  const l1 = await l1Of(settings);
  await act(new Stake({ l1, transactions: managerOf(settings, l1, base) }), settings);
}

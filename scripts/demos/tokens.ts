/** A token on the L2, for scenarios about what contracts do there. */
import { type Wallet, parseEther } from "ethers";

import { type Hex, fromHex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import { Account, contractOf } from "../../testkit/l2-contracts.ts";
import { included } from "./acts.ts";
import type { Stage } from "./stage.ts";
import { amount, grouped, short } from "./story.ts";

const SUPPLY = parseEther("1000000");
/** L2 gas that no payment of a demo exceeds. */
const PLENTY = 6_000_000n;

/** What an issuer of a token signed. */
export interface TokenPlay {
  readonly token: string;
  /** The transaction that pays: the one to lie about. */
  readonly payment: Hex;
  /** Everything that was signed, in order. */
  readonly signed: readonly Hex[];
}

/** The first user issues a token and pays others with it, each the same, in one transaction (steps 1 to 4). */
export async function issueAndPay(stage: Stage, recipients: readonly string[], each: bigint): Promise<TokenPlay> {
  const { story, cast, config } = stage;
  const contract = await contractOf("Token");
  const wallet = cast.users[0] as Wallet;
  const issuer = new Account(wallet, config, await stage.local.l2.getTransactionCount(wallet.address, "pending"));
  const deployment = await issuer.deploy(contract, ["Coffee", "CUP", issuer.address, SUPPLY]);
  const data =
    recipients.length === 1
      ? contract.interface.encodeFunctionData("transfer", [recipients[0], each])
      : contract.interface.encodeFunctionData("pay", [recipients, each]);
  const payment = await issuer.sign({ to: deployment.address, data, gasLimit: PLENTY });
  story.say("1", "user 1", "signs the deployment of OpenZeppelin's ERC-20 and submits it", "consensus");
  const whom = recipients.length === 1 ? "user 2" : `${grouped(recipients.length)} accounts in one transaction`;
  story.say("1", "user 1", `signs a payment of ${amount(each)} CUP to ${whom}, and submits it`, "consensus");
  const signed = [deployment.raw, payment];
  await submit(stage, signed);
  const receipt = await stage.current.chain.receipt(keccakHex(fromHex(payment)));
  if (receipt?.success !== true) throw new Error("The payment failed on the L2.");
  const name = stage.name(stage.current.owner);
  story.say(
    ["2a", "2b", "5.1"],
    name,
    `creates ${short(deployment.address)} and runs its code: ${grouped(receipt.gasUsed)} L2 gas for the payment`,
    "Metis blockchain",
  );
  return { token: deployment.address, payment, signed };
}

/** Submits what was signed, and waits until it is in blocks. Returns the hashes. */
export async function submit(stage: Stage, signed: readonly Hex[]): Promise<Hex[]> {
  for (const raw of signed) await stage.local.consensus.agent.submitTransaction(fromHex(raw));
  const hashes = signed.map((raw) => keccakHex(fromHex(raw)));
  await stage.until(() => included(stage, hashes));
  return hashes;
}

/** What somebody holds of a token, as a node of the L2 says. */
export async function balanceOf(stage: Stage, token: string, holder: string): Promise<bigint> {
  const { interface: abi } = await contractOf("Token");
  const returned = await stage.local.l2.call({ to: token, data: abi.encodeFunctionData("balanceOf", [holder]) });
  const [balance] = abi.decodeFunctionResult("balanceOf", returned).toArray() as [bigint];
  return balance;
}

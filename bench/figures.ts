/** Every figure, in this system and where the others do the same work. */
import { deployExecutor } from "../testkit/execution/executor.ts";
import { type ContractFigures, HOLDERS, TRANSFER, measureContracts } from "./contracts.ts";
import { calldataFloor, openLab } from "./lab.ts";
import { CHAIN, type OpcodeFigures, measureOpcodes } from "./opcodes/measure.ts";
import { classRows } from "./opcodes/report.ts";
import { assertState, postBatch, proveInstruction } from "./peers/arbitrum.ts";
import { challengeData, playFaultGame, proposeOutput } from "./peers/optimism.ts";
import { gas } from "./report.ts";
import type { Row } from "./report.ts";
import { BATCH_SIZE, LARGE_STATE, measureDisputes, measureSystem } from "./system.ts";
import { toHex } from "../l2/base/hex.ts";

/** Every figure there is. */
export interface Figures {
  readonly rows: readonly Row[];
  readonly opcodes: OpcodeFigures;
}

/** Measures everything; each part on a chain of its own. */
export async function measureAll(): Promise<Figures> {
  const contracts = await measureContracts(await openLab());
  const opcodes = await measureOpcodes(await deployExecutor((await openLab()).ethers, CHAIN));
  return { rows: [...(await measureRows()), ...contractRows(contracts), ...classRows(opcodes)], opcodes };
}

async function measureRows(): Promise<Row[]> {
  const system = await measureSystem(await openLab());
  const { fraudProof, settle, recomputePerTransfer } = await measureDisputes(await openLab());
  const output = await proposeOutput(await openLab());
  const challenge = await challengeData(await openLab(), system.data);
  const game = await playFaultGame(await openLab());
  const assertion = await assertState(await openLab(), system.data);
  const inbox = await postBatch(await openLab(), system.data);
  const instruction = await proveInstruction(await openLab());
  const inCalldata = calldataFloor(toHex(system.data));

  return [
    {
      id: "submit",
      work: "Submit a batch, certified by 4",
      ours: { value: system.submit, limit: 150_000 },
      optimism: gas(output),
      arbitrum: gas(assertion),
    },
    {
      id: "data",
      work: `Put the data of ${BATCH_SIZE} transfers on L1, undisputed`,
      ours: { value: 0 },
      optimism: gas(inCalldata),
      arbitrum: gas(inbox),
    },
    { id: "finalise", work: "Finalise a batch", ours: { value: system.finalise } },
    { id: "request", work: "Request data", ours: { value: system.request }, optimism: gas(challenge.challenge) },
    {
      id: "post",
      work: `Answer with the data of ${BATCH_SIZE} transfers`,
      ours: { value: system.post },
      optimism: gas(challenge.resolve),
    },
    {
      id: "postToFloor",
      work: "… in relation to its calldata floor",
      ours: { value: Number(system.postToFloor.toFixed(4)), text: system.postToFloor.toFixed(3), limit: 1.1 },
      optimism: challenge.resolveToFloor.toFixed(3),
    },
    {
      id: "recompute",
      work: `Recompute one of ${BATCH_SIZE} transfers over ${gas(LARGE_STATE)} accounts`,
      ours: { value: recomputePerTransfer, limit: 250_000 },
    },
    {
      id: "fraudProof",
      work: `Prove a wrong state of ${gas(LARGE_STATE)} accounts, all transactions`,
      ours: { value: fraudProof, limit: 500_000 },
      optimism: `${gas(game.total)} in ${game.transactions}`,
    },
    {
      id: "fraudProofLast",
      work: "… the last transaction of it",
      ours: { value: fraudProof },
      optimism: gas(game.step),
      arbitrum: gas(instruction),
    },
    { id: "settle", work: "… and settle what it slashed, for one sequencer", ours: { value: settle } },
    { id: "submitUnattested", work: "Submit a batch alone", ours: { value: system.submitUnattested } },
    { id: "join", work: "Join as a sequencer", ours: { value: system.join } },
    { id: "rotateKey", work: "Replace a key", ours: { value: system.rotateKey } },
    { id: "rotate", work: "Rotate after enough transactions", ours: { value: system.rotate } },
    { id: "rotateSilent", work: "Rotate a silent sequencer, certified by 4", ours: { value: system.rotateSilent } },
    { id: "register", work: "Register as a verifier", ours: { value: system.register } },
  ];
}

/** Transactions of contracts, by the titles of their steps. */
function contractRows(figures: ContractFigures): Row[] {
  const row = (id: string, work: string, title: string, limit?: number): Row => {
    const figure = figures.get(title);
    if (figure === undefined) throw new Error(`Nobody measured "${title}".`);
    return { id, work, ours: { value: figure.gas, ...(limit === undefined ? {} : { limit }) } };
  };
  return [
    row("erc20", `Execute a token's transfer among ${gas(HOLDERS)} holders`, TRANSFER, 2_000_000),
    row("approve", "… an approval", "ERC-20 approve"),
    row("permit", "… a permit", "ERC-20 permit"),
    row("erc20Deployment", "… the token's deployment", "ERC-20 deployment"),
    row("swap", "… a swap", "swap"),
    { id: "swapCalls", work: "… in calls", ours: { value: figures.get("swap")?.calls ?? 0, limit: 2 } },
    row("mint", "… the mint of a collectible", "ERC-721 mint"),
    row("vote", "… a vote of a governor", "governor vote"),
    row("governorDeployment", "… the governor's deployment", "governor deployment"),
    row("payment", "… a payment of 100 accounts", "payment of many"),
  ];
}

/** Every figure, in this system and where the others do the same work. */
import { deployExecutor } from "../testkit/execution/executor.ts";
import { type ContractFigures, HOLDERS, TRANSFER, measureContracts } from "./contracts.ts";
import { calldataFloor, isInstalled, openLab } from "./lab.ts";
import { CHAIN, type OpcodeFigures, measureOpcodes } from "./opcodes/measure.ts";
import { classRows } from "./opcodes/report.ts";
import { ARBITRUM, assertState, postBatch, proveInstruction } from "./peers/arbitrum.ts";
import { OPTIMISM, challengeData, playFaultGame, proposeOutput } from "./peers/optimism.ts";
import { PEERS, gas } from "./report.ts";
import type { Figure, PeerName, Row } from "./report.ts";
import { BATCH_SIZE, LARGE_STATE, measureDisputes, measureSubmit, measureSystem } from "./system.ts";
import type { DisputeFigures, SystemFigures } from "./system.ts";
import { toHex } from "../l2/base/hex.ts";

/** Every figure there is. */
export interface Figures {
  readonly rows: readonly Row[];
  readonly opcodes: OpcodeFigures;
  /** Systems whose packages are not installed. */
  readonly absent: readonly PeerName[];
}

const PACKAGES: Readonly<Record<PeerName, string>> = { optimism: OPTIMISM, arbitrum: ARBITRUM };

/** Measures everything; each part on a chain of its own. */
export async function measureAll(): Promise<Figures> {
  const absent = PEERS.filter((peer) => !isInstalled(PACKAGES[peer]));
  const contracts = await measureContracts(await openLab());
  const opcodes = await measureOpcodes(await deployExecutor((await openLab()).ethers, CHAIN));
  const rows = [...(await measureRows(absent)), ...contractRows(contracts), ...classRows(opcodes)];
  return { rows, opcodes, absent };
}

/** A system's figures by the id of the row. */
type Column = Readonly<Record<string, Figure>>;

/** The same work in Optimism's contracts. */
async function measureOptimism(data: Uint8Array): Promise<Column> {
  const challenge = await challengeData(await openLab(), data);
  const game = await playFaultGame(await openLab());
  return {
    submit: { value: await proposeOutput(await openLab()) },
    data: { value: calldataFloor(toHex(data)) },
    request: { value: challenge },
    fraudProof: { value: game.total, text: `${gas(game.total)} in ${game.transactions}` },
    fraudProofLast: { value: game.step },
  };
}

/** The same work in Arbitrum's contracts. */
async function measureArbitrum(data: Uint8Array): Promise<Column> {
  return {
    submit: { value: await assertState(await openLab(), data) },
    data: { value: await postBatch(await openLab(), data) },
    fraudProofLast: { value: await proveInstruction(await openLab()) },
  };
}

async function measureRows(absent: readonly PeerName[]): Promise<Row[]> {
  const system = await measureSystem(await openLab());
  const submit = await measureSubmit(await openLab());
  const { fraudProof, settle, recomputePerTransfer } = await measureDisputes(await openLab());
  const optimism = absent.includes("optimism") ? {} : await measureOptimism(system.data);
  const arbitrum = absent.includes("arbitrum") ? {} : await measureArbitrum(system.data);
  return ownRows({ ...system, submit }, { fraudProof, settle, recomputePerTransfer }).map((row) => ({
    ...row,
    ...(optimism[row.id] === undefined ? {} : { optimism: optimism[row.id] }),
    ...(arbitrum[row.id] === undefined ? {} : { arbitrum: arbitrum[row.id] }),
  }));
}

/** What each row is, and what it takes in this system. */
function ownRows(
  system: SystemFigures & { readonly submit: number },
  { fraudProof, settle, recomputePerTransfer }: DisputeFigures,
): Row[] {
  return [
    {
      id: "submit",
      work: "Submit the roots of a batch",
      ours: { value: system.submit, limit: 120_000 },
      note:
        "Metis L2: a header with the signatures of 4 sequencers. Optimism: an output root by the one proposer that its " +
        "contract trusts. Arbitrum: an assertion after one message of its inbox.",
    },
    { id: "submitNew", work: "… among the first 1,024 batches", ours: { value: system.submitNew } },
    {
      id: "data",
      work: `Put the data of ${BATCH_SIZE} transfers on L1, undisputed`,
      ours: "not posted",
      note:
        "Metis L2 keeps the transactions in Memolabs. Optimism: computed, not measured: the least that L1 charges for a " +
        "transaction with these bytes as calldata (EIP-7623). Arbitrum: posted to the sequencer inbox. Both " +
        "uncompressed, and not in blobs.",
    },
    { id: "finalise", work: "Finalise one more batch in a run", ours: { value: system.finalise, limit: 40_000 } },
    {
      id: "request",
      work: "Request data",
      ours: { value: system.request, limit: 95_000 },
      note: "Optimism: its data availability challenge, for the same bytes; without the answer.",
    },
    {
      id: "recompute",
      work: `Check one of ${BATCH_SIZE} transfers, data included, over ${gas(LARGE_STATE)} accounts`,
      ours: { value: recomputePerTransfer, limit: 98_000 },
    },
    {
      id: "fraudProof",
      work: "Prove one state root wrong, all transactions",
      // 392,000 is the goal.
      ours: { value: fraudProof, limit: 480_000 },
      note:
        `Metis L2: one call that executes a transfer over a state of ${gas(LARGE_STATE)} accounts. Optimism: a dispute ` +
        "game of depth 73 over arbitrary claims, played down to one MIPS instruction that does nothing, in empty memory: " +
        "no L2 state is in it. Without resolution and bonds.",
    },
    {
      id: "fraudProofLast",
      work: "… the last of them",
      ours: { value: fraudProof },
      note:
        "Metis L2: the same call. Optimism: the game's step. Arbitrum: one addition in a WASM module of one instruction, " +
        "whose Merkle proofs are empty. On a real machine both prove more.",
    },
    { id: "settle", work: "Settle what a proof slashed, for one sequencer", ours: { value: settle } },
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
    row("erc20", `Execute a token's transfer among ${gas(HOLDERS)} holders`, TRANSFER, 720_000),
    row("approve", "… an approval", "ERC-20 approve"),
    row("permit", "… a permit", "ERC-20 permit"),
    row("erc20Deployment", "… the token's deployment", "ERC-20 deployment"),
    row("swap", "… a swap", "swap", 1_500_000),
    { id: "swapCalls", work: "… in calls", ours: { value: figures.get("swap")?.calls ?? 0, limit: 2 } },
    row("mint", "… the mint of a collectible", "ERC-721 mint"),
    row("vote", "… a vote of a governor", "governor vote"),
    row("governorDeployment", "… the governor's deployment", "governor deployment"),
    row("payment", "… a payment of 100 accounts", "payment of many"),
  ];
}

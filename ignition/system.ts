/** The deployed contracts, typed, for whoever works with all of them: demos, tests, scripts. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { ContractRunner } from "ethers";

import { TimelockController__factory } from "../types/ethers-contracts/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { BatchInbox__factory } from "../types/ethers-contracts/factories/batches/BatchInbox__factory.ts";
import { Disputes__factory } from "../types/ethers-contracts/factories/disputes/Disputes.sol/Disputes__factory.ts";

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PLACE} from "../../../contracts/execution/evm/Entries.sol";
import {Journal} from "../../../contracts/execution/evm/Journal.sol";
import {UNDO, load, store} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Undoing against plain copies of the words.
contract JournalTest is MachineTest {
    /// @notice Undoing brings back every word as it was when the journal had that head, in any nesting.
    function testFuzz_revertTo_anyNesting_restoresModel(bytes32 seed) public pure {
        _startModels();
        uint256[8][] memory levels = new uint256[8][](24);
        uint256[] memory marks = new uint256[](24);
        uint256[8] memory current;
        _startHeap();
        uint256 entry = Pages.locate(Pages.KEPT);
        store(entry + PLACE, Pages.KEPT);
        uint256 depth = 0;
        for (uint256 i = 0; i < 200; i++) {
            seed = _hash(seed);
            uint256 kind = uint8(seed[0]) % 6;
            if (kind == 0 && depth < 24) {
                for (uint256 j = 0; j < 8; j++) levels[depth][j] = current[j];
                marks[depth++] = load(UNDO);
            } else if (kind == 1 && depth > 0) {
                // Some frames end well: their changes stay, to be undone with those around them.
                depth--;
                if (uint8(seed[1]) % 2 == 0) {
                    Journal.revertTo(marks[depth]);
                    for (uint256 j = 0; j < 8; j++) current[j] = levels[depth][j];
                }
            } else {
                uint256 slot = uint8(seed[2]) % 8;
                // Often the word that is there.
                current[slot] = uint8(seed[3]) % 3;
                Journal.set(entry, 0x40 + 32 * slot, current[slot]);
            }
            for (uint256 j = 0; j < 8; j++) require(load(entry + 0x40 + 32 * j) == current[j], "word");
        }
    }
}

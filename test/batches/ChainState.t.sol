// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainState, ChainStates, Tail} from "../../contracts/batches/ChainState.sol";
import {Test} from "../Test.sol";

contract ChainStateTest is Test {
    /// @dev Every field that fits comes back as it was.
    function testFuzz_pack_unpacks_succeeds(
        uint32[4] memory small,
        uint40[2] memory times,
        uint24 window,
        uint8 tail,
        bool others,
        bool stale
    ) public pure {
        ChainState memory state = ChainState({
            head: small[0],
            finalised: small[1],
            epoch: small[2],
            standstill: times[0],
            openSince: times[1],
            lowest: small[3],
            window: window,
            tail: Tail(tail % 3),
            others: others,
            stale: stale
        });
        ChainState memory result = ChainStates.unpack(state.pack());
        assertEq(keccak256(abi.encode(result)), keccak256(abi.encode(state)));
    }

    function test_unpack_emptiesAreZero_succeeds() public pure {
        ChainState memory state;
        assertEq(state.pack(), 0);
    }
}

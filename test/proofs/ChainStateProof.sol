// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainState, ChainStates} from "../../contracts/batches/ChainState.sol";
import {Proof} from "./Proof.sol";

contract ChainStateProof is Proof {
    /// @notice A state whose fields fit comes out of its word as it went in: no field spills into another one.
    function check_unpack_givesWhatWasPacked(ChainState memory state) external pure {
        vm.assume(state.head <= type(uint32).max && state.finalised <= type(uint32).max);
        vm.assume(state.epoch <= type(uint32).max && state.lowest <= type(uint32).max);
        vm.assume(state.standstill <= type(uint40).max && state.openSince <= type(uint40).max);
        vm.assume(state.window <= ChainStates.MAX_WINDOW);
        (uint256 head, uint256 finalised) = ChainStates.bounds(state.pack());
        assert(head == state.head && finalised == state.finalised);
        ChainState memory out = ChainStates.unpack(state.pack());
        assert(out.head == state.head && out.finalised == state.finalised);
        assert(out.epoch == state.epoch && out.lowest == state.lowest);
        assert(out.standstill == state.standstill && out.openSince == state.openSince);
        assert(out.window == state.window && out.tail == state.tail);
        assert(out.others == state.others && out.stale == state.stale);
    }
}

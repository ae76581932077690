// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch} from "../../contracts/batches/IBatchInbox.sol";
import {RequestState} from "../../contracts/disputes/IDisputes.sol";
import {Made} from "../disputes/Making.sol";
import {Test} from "../Test.sol";
import {World} from "./World.sol";
import {Attacks} from "./Attacks.sol";

/// @title Campaign
/// @notice Histories of many hostile calls over days, with the honest beside them, and what has to hold after each.
contract Campaign is Attacks {
    uint256 private constant ACTIONS = 4;

    constructor(uint256 honest) World(honest) {}

    /// @notice Some actions, one after the other.
    function play(uint256 seed) external {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            seed = uint256(keccak256(abi.encode(seed, _random())));
            _act(seed % 16, seed >> 4);
        }
    }

    function _act(uint256 what, uint256 seed) private {
        if (what < 4) _produce(seed % 2 == 0);
        else if (what < 7) _forgeCertified(seed);
        else if (what == 7) _forgeAlone(seed);
        else if (what < 10) _spam(seed);
        else if (what == 10) _answerWithheld(seed);
        else if (what == 11) _membership(seed);
        else if (what == 12) _trespass(seed);
        else if (what == 13) _betray(seed);
        else {
            uint24[8] memory times = [12 seconds, 1 minutes, 5 minutes, 1 hours, 6 hours, 1 days, 2 days, 5 days];
            if ((seed >> 8) % 4 == 0) _passToTheBrink();
            else _pass(times[seed % 8]);
        }
    }

    /// @notice What holds at any moment.
    function check() external {
        _checkClocks();
        _checkMoney();
        uint64 finalised = inbox.finalised();
        assertGe(finalised, finalisedBefore, "finalised");
        finalisedBefore = finalised;
        for (uint256 i = 0; i < HONEST; ++i) {
            assertGe(set.sequencerOf(owners[i]).stake, STAKE, "an honest stake");
        }
        assertEq(inbox.head(), chain.length, "head");
        assertTrue(inbox.insecure() == (_lowest() < chain.length), "insecure");
        assertEq(inbox.secureBelow(), _lowest(), "secureBelow");
    }

    /// @dev L1's clock of every pending batch is the model's; what is final stays what it is.
    function _checkClocks() private view {
        uint256 finalised = inbox.finalised();
        bytes32 archived = 0;
        for (uint256 i = 0; i < chain.length; ++i) {
            bytes32 hash = chain[i];
            Entry storage entry = entries[hash];
            if (i < finalised) {
                if (i % 32 == 0) archived = 0;
                assertTrue(inbox.isFinal(uint64(i), hash, archived, _following(i, finalised)), "a final batch");
                archived = keccak256(abi.encode(archived, hash));
                if (i + 1 < finalised) continue;
            }
            Made memory made = _made(hash);
            assertTrue(inbox.stands(Batch(made.header, made.standing)), "a batch that stands");
            if (i < finalised) continue;
            assertTrue(inbox.held(uint64(i)) == (entry.deadline != 0), "a request");
            uint256 due = made.standing.due + inbox.standstill(uint64(i));
            assertEq(due, uint256(entry.submittedAt) + WINDOW + entry.stood, "the end of a window");
        }
    }

    /// @dev Hashes of the final headers after one, in its group of 32.
    function _following(uint256 index, uint256 finalised) private view returns (bytes32[] memory hashes) {
        uint256 end = (index / 32 + 1) * 32;
        if (end > finalised) end = finalised;
        hashes = new bytes32[](end - index - 1);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = chain[index + 1 + i];
    }

    function _checkMoney() private view {
        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        uint256 metis = toTreasury + toBurn + set.totalOwed() + set.rewardPool();
        for (uint256 i = 0; i < owners.length; ++i) metis += set.sequencerOf(owners[i]).stake;
        for (uint256 i = 0; i < condemned.length; ++i) {
            (, uint256 amount, ) = set.bountyOf(condemned[i]);
            metis += amount;
        }
        assertEq(token.balanceOf(address(set)), metis, "METIS");
        uint256 ether_ = disputes.totalOwed();
        for (uint256 i = 0; i < requested.length; ++i) {
            if (disputes.requestOf(requested[i]).state == RequestState.Open) {
                ether_ += uint256(disputes.requestOf(requested[i]).fee) * 1 gwei;
            }
        }
        assertEq(address(disputes).balance, ether_, "ETH");
    }

    /// @notice The end of a history: with a quorum of the honest what they submit becomes final, in its window and the
    /// request windows that were open meanwhile.
    function close() external {
        _pass(2 days);
        if (!_produce(false)) return;
        bytes32 hash = chain[chain.length - 1];
        _pass(WINDOW);
        if (entries[hash].stands) {
            _pass(entries[hash].stood);
            assertGt(inbox.finalised(), entries[hash].index);
        }
    }
}

/// @title System test
/// @notice Random histories of the whole system on L1: after each call every rule holds.
abstract contract SystemTest is Test {
    /// @dev What the runner expects of `targetSelectors`.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Campaign internal campaign;

    /// @notice Read by the runner: what to call.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(campaign);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Campaign.play.selector;
        targets[0].selectors = selectors;
    }

    function afterInvariant() public {
        campaign.close();
    }

    function _begin(uint256 honest) internal {
        campaign = new Campaign(honest);
        targetContract(address(campaign));
    }
}

/// @dev Nobody hostile has a seat: requests, copies, calls in between.
contract OutsiderTest is SystemTest {
    function setUp() public {
        _begin(9);
    }

    function invariant_everyRule() public {
        campaign.check();
    }
}

/// @dev One of nine seats is hostile: it forges alone, requests its own batches, and is silent.
contract OneSeatTest is SystemTest {
    function setUp() public {
        _begin(8);
    }

    function invariant_everyRule() public {
        campaign.check();
    }
}

/// @dev A third is hostile: the honest have just a quorum.
contract ThirdTest is SystemTest {
    function setUp() public {
        _begin(6);
    }

    function invariant_everyRule() public {
        campaign.check();
    }
}

/// @dev More than two thirds are hostile: forgeries are certified, replaced, and never submitted.
contract TwoThirdsTest is SystemTest {
    function setUp() public {
        _begin(2);
    }

    function invariant_everyRule() public {
        campaign.check();
    }
}

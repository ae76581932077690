// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {ILiability} from "../../contracts/sequencers/ILiability.sol";
import {Certificate, Sequencer} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {Settings} from "../governance/Settings.sol";
import {Test} from "../Test.sol";

/// @dev The chain of batches as the sequencer set sees it, moved by hand.
contract ChainDouble is ILiability {
    uint64 public override head = 1;
    uint64 public override finalised = 1;

    function move(uint64 head_, uint64 finalised_) external {
        (head, finalised) = (head_, finalised_);
    }
}

/// @title Digests
/// @notice What the peer network signs, from the definition in docs/protocol.md.
library Digests {
    function domain(address set) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Metis L2"),
                    keccak256("1"),
                    block.chainid,
                    set
                )
            );
    }

    function typed(address set, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(set), structHash));
    }

    function silence(uint32 term, address sequencer) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Silence(uint32 term,address sequencer)"), term, sequencer));
    }
}

/// @title Sequencer fixture
/// @notice A sequencer set whose inbox and disputes contract are played by the test.
abstract contract SequencerFixture is Test {
    uint96 internal constant STAKE = 100 ether;
    uint256 internal constant UNBONDING = 21 days;
    bytes32 internal constant HEADER = keccak256("header");

    MetisToken internal token;
    Parameters internal parameters;
    SequencerSet internal set;
    ChainDouble internal chain;
    address internal timelock;
    address internal treasury;
    address internal disputes;

    /// @dev The present signing key at each seat.
    mapping(uint8 seat => uint256) internal keys;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        timelock = makeAddr("timelock");
        treasury = makeAddr("treasury");
        disputes = makeAddr("disputes");
        token = new MetisToken(address(this), 1_000_000 ether);
        parameters = new Parameters(timelock, Settings.defaults());
        chain = new ChainDouble();
        set = new SequencerSet(token, parameters, treasury, timelock);
        set.connect(address(chain), disputes);
    }

    /// @dev Owner `name`, key `name key`, recipient `name rewards`.
    function _join(string memory name, uint96 stake) internal returns (address owner) {
        owner = makeAddr(name);
        _fund(owner, stake);
        Account memory key = makeAccount(string.concat(name, " key"));
        vm.prank(owner);
        set.join(key.addr, makeAddr(string.concat(name, " rewards")), stake);
        keys[set.sequencerOf(owner).seat] = key.key;
    }

    function _joinMany(uint256 count, uint96 stake) internal returns (address[] memory owners) {
        owners = new address[](count);
        for (uint256 i = 0; i < count; ++i) owners[i] = _join(string.concat("s", vm.toString(i)), stake);
    }

    function _fund(address account, uint256 amount) internal {
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(set), type(uint256).max);
    }

    /// @dev Signatures by the present keys at these seats.
    function _certify(bytes32 structHash, uint128 signers) internal view returns (Certificate memory certificate) {
        certificate.signers = signers;
        for (uint8 seat = 0; seat < 128; ++seat) {
            if (signers & (uint128(1) << seat) == 0) continue;
            certificate.signatures = bytes.concat(certificate.signatures, _sign(keys[seat], structHash));
        }
    }

    function _sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, Digests.typed(address(set), structHash));
        return bytes.concat(r, vs);
    }

    function _attest(address sequencer, uint32 transactions, Certificate memory certificate) internal {
        vm.prank(address(chain));
        set.attest(HEADER, sequencer, transactions, certificate);
    }

    function _punish(address sequencer, uint128 signers, address claimant) internal {
        vm.prank(disputes);
        set.punish(sequencer, signers, claimant);
    }

    function _resign(address owner) internal {
        vm.prank(owner);
        set.resign();
    }

    function _set(Parameter parameter, uint256 value) internal {
        vm.prank(timelock);
        parameters.set(parameter, value);
    }

    function _stakeOf(address owner) internal view returns (uint256) {
        return set.sequencerOf(owner).stake;
    }

    function _leavesAt(address owner) internal view returns (uint256) {
        return set.sequencerOf(owner).leavesAt;
    }

    function _key(string memory name) internal returns (address) {
        return makeAddr(string.concat(name, " key"));
    }

    function _current() internal view returns (address) {
        return set.term().sequencer;
    }
}

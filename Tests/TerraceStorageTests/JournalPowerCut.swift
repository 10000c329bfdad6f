import Foundation
import Glibc
import Synchronization

@testable import TerraceStorage

/// Files of which any operation may fail, and of which only what was brought to the disk outlasts a power cut.
final class JournalPowerCut: Sendable {
    private struct State {
        var random: JournalRandom
        /// One operation of this many fails; zero: none.
        var failsOneOf: UInt64 = 0
        var failures = 0
        var paths: [Int32: String] = [:]
        /// How many bytes of a file are on the disk.
        var durable: [String: Int] = [:]
        /// Files whose names are.
        var named: Set<String> = []
        var syncs = 0
        var syncsWithoutName = 0
    }
    private let state: Mutex<State>

    init(seed: UInt64) { self.state = Mutex(State(random: JournalRandom(seed))) }

    /// From now on one operation of `count` fails; none where that is zero.
    func fails(oneOf count: UInt64) { self.state.withLock { $0.failsOneOf = count } }

    var failures: Int { self.state.withLock { $0.failures } }
    var syncs: Int { self.state.withLock { $0.syncs } }

    private func isHit() -> Bool {
        self.state.withLock { state in
            guard state.failsOneOf > 0, state.random.next() % state.failsOneOf == 0 else { return false }
            state.failures += 1
            return true
        }
    }

    var files: JournalFiles {
        var files = JournalFiles.system
        files.create = { path in
            if self.isHit() { return -ENOSPC }
            let descriptor = JournalFiles.system.create(path)
            if descriptor >= 0 {
                self.state.withLock { state in
                    state.paths[descriptor] = path
                    state.durable[path] = 0
                    state.named.remove(path)
                }
            }
            return descriptor
        }
        files.write = { descriptor, bytes in
            if self.isHit() {
                // Part of it arrives, or nothing.
                let part = self.state.withLock { Int($0.random.next() % UInt64(bytes.count)) }
                _ = JournalFiles.system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<part]))
                return -Int(ENOSPC)
            }
            // A write may be short without having failed.
            let part = self.state.withLock {
                $0.random.next() % 4 == 0 ? 1 + Int($0.random.next() % UInt64(bytes.count)) : bytes.count
            }
            return JournalFiles.system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<part]))
        }
        files.sync = { descriptor in
            if self.isHit() { return -EIO }
            self.state.withLock { state in
                state.syncs += 1
                guard let path = state.paths[descriptor] else { return }
                state.durable[path] = JournalFolder.bytes(of: path)
            }
            return 0
        }
        files.truncate = { descriptor, length in
            if self.isHit() { return -EIO }
            let result = JournalFiles.system.truncate(descriptor, length)
            self.state.withLock { state in
                guard result == 0, let path = state.paths[descriptor] else { return }
                state.durable[path] = min(state.durable[path] ?? 0, length)
            }
            return result
        }
        files.remove = { path in
            let result = JournalFiles.system.remove(path)
            self.state.withLock { state in
                state.durable[path] = nil
                state.named.remove(path)
            }
            return result
        }
        files.syncFolder = { _ in
            if self.isHit() { return -EIO }
            self.state.withLock { state in state.named.formUnion(state.durable.keys) }
            return 0
        }
        return files
    }

    /// What is left of the files of `folder`: those whose names are on the disk, and of these what is, with some of the rest, or
    /// zeros, or noise behind it.
    func cut(_ folder: String) throws {
        try self.state.withLock { state in
            for (path, durable) in state.durable {
                if !state.named.contains(path), state.random.next() % 2 == 0 {
                    try FileManager.default.removeItem(atPath: path)
                    continue
                }
                var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
                let rest = bytes.count - durable
                if rest > 0 {
                    let kept = durable + Int(state.random.next() % UInt64(rest + 1))
                    switch state.random.next() % 3 {
                    case 0: bytes.removeSubrange(kept...)
                    case 1: for index in kept..<bytes.count { bytes[index] = 0 }
                    default:
                        for index in kept..<bytes.count {
                            bytes[index] = UInt8(truncatingIfNeeded: state.random.next())
                        }
                    }
                }
                try Data(bytes).write(to: URL(fileURLWithPath: path))
            }
            // What the next run finds is on the disk.
            for path in state.durable.keys { state.durable[path] = JournalFolder.bytes(of: path) }
            state.paths = [:]
        }
    }
}

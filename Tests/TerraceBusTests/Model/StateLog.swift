import Synchronization

/// Every state that a book was in at the publisher, in their order: what a subscriber calls a book must be one of them, and never
/// one from before that which it had.
final class StateLog: Sendable {
    private struct Kept {
        var states: [[UInt64: [Int]]]
        var counts: [Int]
    }
    private let kept: Mutex<Kept>

    init(instruments: Int) {
        self.kept = Mutex(
            Kept(
                states: Array(repeating: [:], count: instruments), counts: Array(repeating: 0, count: instruments)))
    }

    /// The publisher's book is now in this state.
    func note(_ place: Int, _ hash: UInt64) {
        self.kept.withLock {
            $0.counts[place] += 1
            $0.states[place][hash, default: []].append($0.counts[place])
        }
    }

    /// The first time that the book was in this state, of those not before `number`; nil where it never was.
    func number(_ place: Int, _ hash: UInt64, from number: Int) -> Int? {
        self.kept.withLock { $0.states[place][hash]?.first { $0 >= number } }
    }
}

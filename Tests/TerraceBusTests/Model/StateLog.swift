import Synchronization

/// The states that a book was in at the publisher, in their order: what a subscriber calls a book must be one of them, and never
/// one from before that which it had.
final class StateLog: Sendable {
    /// How many of the last are kept, at least: far more than come in the time that a reader may be behind.
    static let kept = 4_096

    private struct States {
        var hashes: [UInt64] = []
        /// How many came before the first of them.
        var before = 0
    }
    private let states: Mutex<[States]>

    init(instruments: Int) { self.states = Mutex(Array(repeating: States(), count: instruments)) }

    /// The publisher's book is now in this state.
    func note(_ place: Int, _ hash: UInt64) {
        self.states.withLock {
            $0[place].hashes.append(hash)
            guard $0[place].hashes.count >= 2 * Self.kept else { return }
            $0[place].hashes.removeFirst(Self.kept)
            $0[place].before += Self.kept
        }
    }

    /// The first time that the book was in this state, of those not before `number`; nil where it never was.
    func number(_ place: Int, _ hash: UInt64, from number: Int) -> Int? {
        self.states.withLock { states in
            let before = states[place].before
            let found = states[place].hashes.dropFirst(max(0, number - before)).firstIndex(of: hash)
            return found.map { $0 + before }
        }
    }
}

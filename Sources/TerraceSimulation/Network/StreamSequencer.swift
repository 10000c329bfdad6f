/// The client's side of a public depth stream: whether a message continues the book, replaces it, is old, or shows a gap.
///
/// One instrument each. A message carries the numbers of its first and last change. The next one due begins one after the
/// last; a snapshot begins anew; after a gap nothing is taken until a snapshot comes.
public struct StreamSequencer: Sendable, Equatable {
    /// What to do with a message.
    public enum Verdict: Sendable, Equatable {
        /// It continues the book.
        case apply
        /// It replaces the book.
        case replace
        /// The book has it already, or waits for a snapshot.
        case skip
        /// Something before it is missing: the book can't be relied upon, a snapshot is needed.
        case gap
    }

    /// The number of the last change that the book has.
    public private(set) var last: UInt64 = 0
    /// Whether there is a book to continue.
    public private(set) var isInSequence = false

    /// No book yet.
    public init() {}

    /// Takes the head of a message.
    public mutating func began(first: UInt64, last: UInt64, isSnapshot: Bool) -> Verdict {
        if isSnapshot {
            // An answer that crossed with newer changes would take the book back.
            if self.isInSequence, last < self.last { return .skip }
            self.last = last
            self.isInSequence = true
            return .replace
        }
        if !self.isInSequence || last <= self.last { return .skip }
        if first > self.last + 1 {
            self.isInSequence = false
            return .gap
        }
        self.last = last
        return .apply
    }

    /// The connection is gone: what comes next is worth nothing until a snapshot.
    public mutating func reset() { self.isInSequence = false }
}

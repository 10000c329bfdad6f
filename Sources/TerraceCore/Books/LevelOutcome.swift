/// What became of a level that a venue sent.
public enum LevelOutcome: Sendable {
    /// It is in the book.
    case applied
    /// Its price is not on the instrument's tick: the rules are out of date or the data is bad. The book is unchanged.
    case offTick
    /// Its price is not within `1...Price.limit` or its quantity not within `0...Quantity.limit`. The book is unchanged.
    case outOfRange
    /// The book is lost and no snapshot is being built, or the level is worse than all of a book that is at its limit of
    /// depth. The book is unchanged.
    case ignored
}

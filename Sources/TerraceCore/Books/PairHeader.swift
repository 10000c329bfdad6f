/// What the table keeps of one pair: its consolidated touch, by key, and what has changed.
struct PairHeader {
    /// One side of the consolidated touch.
    struct Best: Equatable {
        /// The price in units, negative for bids; `Ladder.vacant` where there is no level.
        var key: Int64 = Ladder.vacant
        /// The quantity at that price on all venues; zero where there is no level.
        var quantity: Int64 = 0
        /// The venues at that price.
        var mask: UInt64 = 0
    }

    var bid = Best()
    var ask = Best()
    /// The index of its first instrument; the others follow.
    let firstInstrument: UInt32
    /// Where its block in the table of touches begins.
    let touchBase: UInt32
    /// See `BookHeader.depthSlot`.
    var depthSlot: Int32 = -1
    /// How many instruments it has.
    let stride: UInt8
    /// The consolidated touch changed since a message outcome last told so.
    var touchMoved = false
    /// The kept top of its depth changed since a message outcome last told so.
    var depthMoved = false
}

/// What the table keeps of one instrument beside its two ladders: one cache line that every level of it reads.
struct BookHeader {
    /// The venue's price step.
    let tick: Grid
    /// The time of the last message that was applied.
    var updatedAt: Timestamp = .distantPast
    /// The bit of the venue in a `VenueSet`.
    let venueBit: UInt64
    /// The pair.
    let pair: PairIndex
    /// Where the key of its best bid is in the table of touches; its other fields follow at steps of `stride`.
    let touchSlot: UInt32
    /// The place of the pair's bid side in the table of depth tops, or -1 where depth is not tracked.
    var depthSlot: Int32 = -1
    var flags: BookFlags
    /// The venue.
    let venue: VenueIndex
    /// How many instruments the pair has.
    let stride: UInt8
    private let padding: UInt64 = 0  // To a whole cache line.

    init(
        tick: Grid, venueBit: UInt64, pair: PairIndex, touchSlot: UInt32, flags: BookFlags, venue: VenueIndex,
        stride: UInt8
    ) {
        self.tick = tick
        self.venueBit = venueBit
        self.pair = pair
        self.touchSlot = touchSlot
        self.flags = flags
        self.venue = venue
        self.stride = stride
    }
}

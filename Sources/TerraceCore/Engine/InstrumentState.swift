/// What the engine keeps of an instrument.
struct InstrumentState {
    let pair: PairIndex
    let venue: VenueIndex
    let rules: TradingRules
    /// Every fill of the account there, whoever's order it was.
    var fills = FillTally()
    var wantsSnapshot = false
    /// How often a snapshot was asked for since the book was last live for a while, and when it is asked for again.
    var snapshotsAsked = 0
    var askAfter = Timestamp.distantPast
    var liveSince = Timestamp.distantPast
    /// A snapshot came while nobody needed it.
    var wasIgnored = false
}

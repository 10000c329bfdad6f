/// What the engine keeps of a pair; first what every message reads.
struct PairState {
    /// The first of its strategies, which hang together by `Watch.nextOnPair`; -1 where there is none.
    var firstStrategy: Int32 = -1
    let firstInstrument: Int32
    var needsDepth = false
    /// Some quote was held back since it would have traded with one of ours.
    var hasSelfCross = false
    let base: AssetIndex
    let quote: AssetIndex
    let units: Units

    init(base: AssetIndex, quote: AssetIndex, units: Units, firstInstrument: Int) {
        self.firstInstrument = Int32(truncatingIfNeeded: firstInstrument)
        self.base = base
        self.quote = quote
        self.units = units
    }
}

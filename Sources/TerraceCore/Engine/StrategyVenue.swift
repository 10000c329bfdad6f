/// One of a strategy's venues: where it quotes, what shapes its sizes there, and what its fills there came to.
struct StrategyVenue {
    let instrument: InstrumentIndex
    var volume: VolumeSubscription
    var position = Position()
    var fills = FillTally()
    /// The position when the venue's balances were first told.
    var opening = Position()
    /// Where its slots begin in `slotsByVenue`, and how many they are.
    var firstSlot = 0
    var slotCount = 0

    init(instrument: InstrumentIndex, volume: VolumeSubscription) {
        self.instrument = instrument
        self.volume = volume
    }
}

import TerraceCore

/// What a run's indices stand for in a ledger.
struct LedgerRun: Sendable {
    struct Instrument: Sendable {
        /// Its place among the ledger's instruments.
        var place: Int
        var venue: String
        var symbol: String
        var base: String
        var quote: String
        var units: Units
    }

    var instance: UInt32
    var venues: [String]
    var instruments: [Instrument]
    /// The names of the coins, and their places among the ledger's.
    var coins: [String]
    var coinPlaces: [Int]
    /// The places among the ledger's strategies.
    var strategies: [Int]
    /// The same by the hash of their ids.
    var byHash: [UInt32: Int]
}

import TerraceCore

/// What is asked of a store, on one connection of either engine.
protocol StoreReading: PooledConnection {
    /// The newest trades of each instrument of these venues and symbols, oldest first; empty lists mean all.
    func recentTrades(
        symbols: [String], venues: [String], since: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredTrade]
    func volumeBuckets(symbols: [String], venues: [String], since: Timestamp) throws(DatabaseError) -> [VolumeSeries]
    func positions(at time: Timestamp) throws(DatabaseError) -> [StoredPosition]
    func fills(
        strategy: String, from: Timestamp, to: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredFill]
    func openOrders() throws(DatabaseError) -> [StoredOrder]
    func revisions(of strategy: String) throws(DatabaseError) -> [StrategyRevision]
    /// The number of the tables that are there, 0 where there are none. Changes nothing.
    ///
    /// - Throws: `newerSchema` where it is one that this program does not know.
    func tables() throws(DatabaseError) -> Int
    /// Brings the tables up to date.
    func migrate() throws(DatabaseError)
    /// The rows of a question as text, fields between tabs: to look at tables as they are.
    func lines(_ sql: String) throws(DatabaseError) -> [String]
    /// What writes through this connection.
    func writer() -> any StoreWriting
}

extension VolumeBucket {
    /// As it is kept in a row. What no program of ours has written may be any number.
    init(secondsSince1970: Int64, base: Double, quote: Double) {
        let start = secondsSince1970.multipliedReportingOverflow(by: 1_000_000_000).partialValue
        self.init(start: Timestamp(nanoseconds: start), base: base, quote: quote)
    }
}

/// Puts buckets that come in any order together by instrument.
struct VolumeSeriesBuilder {
    private var places: [Int64: Int] = [:]
    private var series: [VolumeSeries] = []
    private var last: (instrument: Int64, place: Int)?

    init(_ instruments: [(number: Int64, venue: String, symbol: String)], expecting buckets: Int) {
        for instrument in instruments {
            self.places[instrument.number] = self.series.count
            self.series.append(VolumeSeries(venue: instrument.venue, symbol: instrument.symbol, buckets: []))
        }
    }

    mutating func add(_ instrument: Int64, _ bucket: VolumeBucket) {
        let place: Int
        if let last = self.last, last.instrument == instrument {
            place = last.place
        } else {
            guard let found = self.places[instrument] else { return }
            place = found
            self.last = (instrument, found)
        }
        self.series[place].buckets.append(bucket)
    }

    /// Those that have any, each in the order of time.
    consuming func finish() -> [VolumeSeries] {
        var result = self.series.filter { !$0.buckets.isEmpty }
        for place in result.indices {
            let isOrdered = zip(result[place].buckets, result[place].buckets.dropFirst()).allSatisfy {
                $0.start < $1.start
            }
            if !isOrdered { result[place].buckets.sort { $0.start < $1.start } }
        }
        return result
    }
}

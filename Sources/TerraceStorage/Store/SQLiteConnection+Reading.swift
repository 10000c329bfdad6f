internal import Foundation
internal import GRDB
import TerraceCore

extension SQLiteConnection: StoreReading {
    func tables() throws(DatabaseError) -> Int {
        let path = self.path
        return try self.run { try SQLiteSchema.check($0, path) }
    }

    func migrate() throws(DatabaseError) { try SQLiteSchema.migrate(self) }
    func writer() -> any StoreWriting { SQLiteStore(self) }

    private static let meant = """
        (json_array_length(?1) = 0 OR i.symbol IN (SELECT value FROM json_each(?1)))
        AND (json_array_length(?2) = 0 OR i.venue IN (SELECT value FROM json_each(?2)))
        """

    private static func list(_ names: [String]) -> String {
        (try? JSONEncoder().encode(names)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// All rows that a question gives, each made into a value.
    private func rows<T>(
        _ sql: String, _ arguments: StatementArguments, _ make: (Row) throws -> T
    ) throws(DatabaseError) -> [T] {
        try self.run { database in
            let cursor = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
            var all: [T] = []
            while let row = try cursor.next() { all.append(try make(row)) }
            return all
        }
    }

    private func decimal(_ row: Row, _ column: Int) throws -> ExactDecimal {
        let text: String = row[column]
        guard let value = ExactDecimal(text) else {
            throw DatabaseError(.schema, at: self.path, "\(text.prefix(80)) is no decimal of 38 digits")
        }
        return value
    }

    func recentTrades(
        symbols: [String], venues: [String], since: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredTrade] {
        try self.rows(
            """
            SELECT venue, symbol, source, trade, time, side, price, quantity FROM (
                SELECT i.venue, i.symbol, t.*, row_number() OVER (PARTITION BY t.instrument ORDER BY t.time DESC, t.trade DESC)
                AS place FROM instruments i JOIN trades t ON t.instrument = i.instrument AND t.time >= ?3
                WHERE \(Self.meant)) WHERE place <= ?4 ORDER BY venue, symbol, time, trade
            """, [Self.list(symbols), Self.list(venues), since.nanoseconds, limit]
        ) { row in
            StoredTrade(
                venue: row[0], symbol: row[1], trade: row[2] as Int64 == 0 ? UInt64(bitPattern: row[3]) : nil,
                time: Timestamp(nanoseconds: row[4]), aggressor: row[5] == "b" ? .bid : .ask,
                price: try self.decimal(row, 6), quantity: try self.decimal(row, 7))
        }
    }

    func volumeBuckets(symbols: [String], venues: [String], since: Timestamp) throws(DatabaseError) -> [VolumeSeries] {
        let instruments = try self.rows(
            "SELECT i.instrument, i.venue, i.symbol FROM instruments i WHERE \(Self.meant) ORDER BY i.venue, i.symbol",
            [Self.list(symbols), Self.list(venues)]
        ) { row in (number: row[0] as Int64, venue: row[1] as String, symbol: row[2] as String) }
        if instruments.isEmpty { return [] }
        let numbers = instruments.map { String($0.number) }.joined(separator: ",")
        var builder = VolumeSeriesBuilder(instruments, expecting: 0)
        let path = self.path
        try self.run { database in
            // One line of text a row, as PostgreSQL's COPY gives it: read in place, without a string for each number.
            let cursor = try Row.fetchCursor(
                try database.cachedStatement(
                    sql: """
                        SELECT b.instrument || char(9) || b.start || char(9) || b.base || char(9) || b.quote
                        FROM json_each(?) n JOIN buckets b ON b.instrument = n.value AND b.start >= ?
                        """),
                arguments: ["[\(numbers)]", StoreBatch.bucketStart(of: since)])
            while let row = try cursor.next() {
                let isSound = try row.withUnsafeData(atIndex: 0) { data in
                    unsafe (data ?? Data()).withUnsafeBytes { bytes in
                        var fields = unsafe TextFields(bytes)
                        guard let instrument = unsafe fields.int(), let start = unsafe fields.int(),
                            let base = unsafe fields.double(), let quote = unsafe fields.double()
                        else { return false }
                        builder.add(instrument, VolumeBucket(secondsSince1970: start, base: base, quote: quote))
                        return true
                    }
                }
                if !isSound { throw DatabaseError(.schema, at: path, "a bucket of volume has no numbers in it") }
            }
        }
        return builder.finish()
    }

    func positions(at time: Timestamp) throws(DatabaseError) -> [StoredPosition] {
        try self.rows(
            """
            SELECT s.name, coalesce(i.venue, ''), coalesce(i.symbol, ''), p.time, p.sequence, p.quantity, p.cost, p.realised,
                p.fees, p.total_quantity, p.total_cost, p.total_realised, p.total_fees
            FROM holdings h JOIN strategies s ON s.strategy = h.strategy
            LEFT JOIN instruments i ON i.instrument = h.instrument
            JOIN positions p ON p.rowid = (SELECT q.rowid FROM positions q WHERE q.strategy = h.strategy
                AND q.instrument = h.instrument AND q.time <= ? ORDER BY q.time DESC, q.sequence DESC LIMIT 1)
            ORDER BY s.name, i.venue, i.symbol
            """, [time.nanoseconds]
        ) { row in
            StoredPosition(
                strategy: row[0], venue: row[1], symbol: row[2], time: Timestamp(nanoseconds: row[3]),
                sequence: UInt64(clamping: row[4] as Int64), quantity: try self.decimal(row, 5),
                cost: try self.decimal(row, 6), realised: try self.decimal(row, 7), fees: try self.decimal(row, 8),
                totalQuantity: try self.decimal(row, 9), totalCost: try self.decimal(row, 10),
                totalRealised: try self.decimal(row, 11), totalFees: try self.decimal(row, 12))
        }
    }

    func fills(
        strategy: String, from: Timestamp, to: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredFill] {
        try self.rows(
            """
            SELECT i.venue, i.symbol, f.trade, f.order_id, f.side, f.price, f.quantity, f.fee, f.fee_coin, f.is_maker, f.time,
                f.sequence
            FROM fills f JOIN strategies s ON s.strategy = f.strategy JOIN instruments i ON i.instrument = f.instrument
            WHERE s.name = ? AND f.time >= ? AND f.time < ? ORDER BY f.time, f.sequence LIMIT ?
            """, [strategy, from.nanoseconds, to.nanoseconds, limit]
        ) { row in
            StoredFill(
                venue: row[0], symbol: row[1], trade: UInt64(bitPattern: row[2]), strategy: strategy,
                order: ClientOrderID(hex: row[3]) ?? .none, side: row[4] == "b" ? .bid : .ask,
                price: try self.decimal(row, 5), quantity: try self.decimal(row, 6), fee: try self.decimal(row, 7),
                feeCoin: row[8], isMaker: row[9], time: Timestamp(nanoseconds: row[10]),
                sequence: UInt64(clamping: row[11] as Int64))
        }
    }

    func openOrders() throws(DatabaseError) -> [StoredOrder] {
        try self.rows(
            """
            SELECT o.order_id, s.name, i.venue, i.symbol, o.side, o.price, o.quantity, o.filled, o.state, o.time
            FROM orders o JOIN strategies s ON s.strategy = o.strategy JOIN instruments i ON i.instrument = o.instrument
            WHERE o.is_open = 1 ORDER BY o.order_id
            """, []
        ) { row in
            StoredOrder(
                order: ClientOrderID(hex: row[0]) ?? .none, strategy: row[1], venue: row[2], symbol: row[3],
                side: row[4] == "b" ? .bid : .ask, price: try self.decimal(row, 5), quantity: try self.decimal(row, 6),
                filled: try self.decimal(row, 7), state: row[8], time: Timestamp(nanoseconds: row[9]))
        }
    }

    func revisions(of strategy: String) throws(DatabaseError) -> [StrategyRevision] {
        try self.rows(
            """
            SELECT c.valid_from, c.run, c.symbol, c.configuration FROM configurations c
            JOIN strategies s ON s.strategy = c.strategy WHERE s.name = ? ORDER BY c.valid_from, c.sequence
            """, [strategy]
        ) { row in
            StrategyRevision(
                validFrom: Timestamp(nanoseconds: row[0]), run: UInt64(clamping: row[1] as Int64), symbol: row[2],
                configuration: row[3])
        }
    }

    /// The rows of a question as text, fields between tabs: to look at tables as they are.
    func lines(_ sql: String) throws(DatabaseError) -> [String] {
        try self.run { database in
            guard sql.lowercased().hasPrefix("select") else {
                try database.execute(sql: sql)
                return []
            }
            return try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { value in
                    String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map { String($0) } ?? ""
                }.joined(separator: "\t")
            }
        }
    }
}

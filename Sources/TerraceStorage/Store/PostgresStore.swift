import TerraceCore

/// The store in PostgreSQL, through one connection that writes.
///
/// Rows that can't be there twice (the cursor sees to that) are copied straight in. Public trades, fills and orders may be told by
/// several processes or more than once: they are copied to temporary tables first and inserted from there where they are new.
final class PostgresStore: StoreWriting {
    private let connection: PostgresConnection
    /// Numbers by name, as far as this connection knows them.
    private var instruments: [StoreBatch.Instrument: Int64] = [:]
    private var strategies: [String: Int64] = [:]
    private var holdings: Set<StoreNumbers.Holding> = []
    private var hasTemporaryTables = false

    init(_ connection: PostgresConnection) { self.connection = connection }

    func prepare() throws(DatabaseError) { try PostgresSchema.migrate(self.connection) }

    func cursor(of journal: Int64) throws(DatabaseError) -> UInt64? {
        let result = try self.connection.query("SELECT sequence FROM journals WHERE journal = $1", [.int(journal)])
        return result.rows == 0 ? nil : UInt64(clamping: try result.int(0, 0))
    }

    // MARK: Writing

    func write(_ batch: StoreBatch) throws(DatabaseError) {
        if !self.hasTemporaryTables {
            // They are the connection's, which this writer has for itself as long as it lives.
            try self.connection.execute(Self.temporaryTables)
            self.hasTemporaryTables = true
        }
        do throws(DatabaseError) {
            try self.connection.transaction { (connection) throws(DatabaseError) in
                try self.advance(connection, batch)
                let numbers = try self.numbers(connection, batch)
                try self.writeTrades(connection, batch, numbers)
                try self.writeFills(connection, batch, numbers)
                try self.writePositions(connection, batch, numbers)
                try self.writeOrders(connection, batch, numbers)
                try self.writeRuns(connection, batch, numbers)
            }
        } catch {
            // Numbers that were given in a transaction that did not hold are not theirs.
            self.instruments = [:]
            self.strategies = [:]
            self.holdings = []
            throw error
        }
    }

    /// Moves the cursor, which nobody else can until this transaction ends.
    private func advance(_ connection: PostgresConnection, _ batch: StoreBatch) throws(DatabaseError) {
        var time = CopyRows()
        time.time(batch.time)
        let parameters: [PostgresValue] = [
            .int(batch.journal), .int(Int64(clamping: batch.through)),
            .text(String(decoding: time.bytes, as: UTF8.self)),
        ]
        if try connection.query(
            "UPDATE journals SET sequence = $2, time = $3 WHERE journal = $1 AND sequence = $4",
            parameters + [.int(Int64(clamping: batch.after))]
        ).affected == 1 {
            return
        }
        if batch.after == 0 || batch.isFirst,
            try connection.query(
                "INSERT INTO journals (journal, sequence, time) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", parameters
            ).affected == 1
        {
            return
        }
        throw DatabaseError(
            .conflict, at: self.connection.address.description, "somebody else has stored these records meanwhile")
    }

    /// The numbers of a batch's names, by place. New ones are given in the order of the names, so that two processes that give
    /// the same wait for each other, and not each for the other.
    private func numbers(_ connection: PostgresConnection, _ batch: StoreBatch) throws(DatabaseError) -> StoreNumbers {
        let newInstruments = batch.instruments.filter { self.instruments[$0] == nil }
        if !newInstruments.isEmpty {
            let names: [PostgresValue] = [
                .texts(newInstruments.map { $0.venue.withoutZeros }),
                .texts(newInstruments.map { $0.symbol.withoutZeros }),
            ]
            try connection.query(
                """
                INSERT INTO instruments (venue, symbol) SELECT DISTINCT v, s FROM unnest($1::text[], $2::text[]) AS n(v, s)
                WHERE NOT EXISTS (SELECT FROM instruments i WHERE i.venue = v AND i.symbol = s)
                ORDER BY v, s ON CONFLICT DO NOTHING
                """, names)
            let found = try connection.query(
                """
                SELECT i.instrument FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n(v, s, place)
                JOIN instruments i ON i.venue = v AND i.symbol = s ORDER BY place
                """, names)
            for (row, name) in newInstruments.enumerated() { self.instruments[name] = try found.int(row, 0) }
        }
        let newStrategies = batch.strategies.filter { self.strategies[$0] == nil }
        if !newStrategies.isEmpty {
            let names: [PostgresValue] = [.texts(newStrategies.map { $0.withoutZeros })]
            try connection.query(
                """
                INSERT INTO strategies (name) SELECT DISTINCT s FROM unnest($1::text[]) AS n(s)
                WHERE NOT EXISTS (SELECT FROM strategies t WHERE t.name = s) ORDER BY s ON CONFLICT DO NOTHING
                """, names)
            let found = try connection.query(
                """
                SELECT t.strategy FROM unnest($1::text[]) WITH ORDINALITY AS n(s, place)
                JOIN strategies t ON t.name = s ORDER BY place
                """, names)
            for (row, name) in newStrategies.enumerated() { self.strategies[name] = try found.int(row, 0) }
        }
        return StoreNumbers(
            instruments: batch.instruments.map { self.instruments[$0] ?? 0 },
            strategies: batch.strategies.map { self.strategies[$0] ?? 0 })
    }

    /// Copies rows to a table; `write` says the fields of one, of about `width` bytes in all.
    private func copy<Row>(
        _ connection: PostgresConnection, _ target: String, _ rows: some Collection<Row>, width: Int,
        _ write: (inout CopyRows, Row) -> Void
    ) throws(DatabaseError) {
        if rows.isEmpty { return }
        var text = CopyRows()
        text.reserve(rows.count * width)
        for row in rows {
            write(&text, row)
            text.end()
        }
        var isSent = false
        try connection.copyIn("COPY \(target) FROM STDIN") { (bytes) throws(DatabaseError) in
            if isSent { return false }
            isSent = true
            bytes = text.bytes
            return true
        }
    }

    private static let temporaryTables = """
        CREATE TEMP TABLE IF NOT EXISTS new_trades (LIKE trades) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS new_fills (LIKE fills) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS new_orders (LIKE orders) ON COMMIT DELETE ROWS;
        """

    /// Only what is really new adds to the buckets, in the same statement. What is older than what is kept is left out: it was
    /// counted, and its row is gone.
    private func writeTrades(
        _ connection: PostgresConnection, _ batch: StoreBatch, _ numbers: StoreNumbers
    ) throws(DatabaseError) {
        if batch.trades.isEmpty { return }
        try self.copy(connection, "new_trades", batch.trades, width: 96) { rows, trade in
            rows.int(numbers.instruments[trade.instrument])
            rows.int(trade.source)
            rows.int(trade.trade)
            rows.time(trade.time)
            rows.side(trade.aggressor)
            rows.decimal(trade.price)
            rows.decimal(trade.quantity)
        }
        try connection.query(
            """
            WITH fresh AS (
                INSERT INTO trades SELECT * FROM new_trades
                WHERE time >= coalesce((SELECT k.time FROM kept_since k WHERE k.what = 'trades'), '-infinity')
                ORDER BY instrument, source, trade ON CONFLICT DO NOTHING RETURNING instrument, time, price, quantity)
            INSERT INTO buckets SELECT instrument, floor(extract(epoch FROM time) / 10)::bigint * 10 AS start,
                sum(quantity), sum(price * quantity), count(*) FROM fresh GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT (instrument, start) DO UPDATE SET base = buckets.base + excluded.base,
                quote = buckets.quote + excluded.quote, trades = buckets.trades + excluded.trades
            """)
    }

    private func writeFills(
        _ connection: PostgresConnection, _ batch: StoreBatch, _ numbers: StoreNumbers
    ) throws(DatabaseError) {
        if batch.fills.isEmpty { return }
        try self.copy(connection, "new_fills", batch.fills, width: 192) { rows, fill in
            rows.int(numbers.instruments[fill.instrument])
            rows.int(fill.trade)
            rows.int(numbers.strategies[fill.strategy])
            rows.order(fill.order)
            rows.side(fill.side)
            rows.decimal(fill.price)
            rows.decimal(fill.quantity)
            rows.decimal(fill.fee)
            rows.text(fill.feeCoin)
            rows.bool(fill.isMaker)
            rows.time(fill.time)
            rows.int(batch.journal)
            rows.int(fill.sequence)
        }
        try connection.query(
            "INSERT INTO fills SELECT * FROM new_fills ORDER BY instrument, trade ON CONFLICT DO NOTHING")
    }

    private func writePositions(
        _ connection: PostgresConnection, _ batch: StoreBatch, _ numbers: StoreNumbers
    ) throws(DatabaseError) {
        if batch.positions.isEmpty { return }
        var fresh: Set<StoreNumbers.Holding> = []
        try self.copy(connection, "positions", batch.positions, width: 192) { rows, position in
            let strategy = numbers.strategies[position.strategy]
            let instrument = position.instrument.map { numbers.instruments[$0] } ?? 0
            let holding = StoreNumbers.Holding(strategy: strategy, instrument: instrument)
            if !self.holdings.contains(holding) { fresh.insert(holding) }
            rows.int(batch.journal)
            rows.int(position.sequence)
            rows.time(position.time)
            rows.int(strategy)
            rows.int(instrument)
            for holding in [position.venue, position.total] {
                rows.decimal(holding.quantity)
                rows.decimal(holding.cost)
                rows.decimal(holding.realised)
                rows.decimal(holding.fees)
            }
        }
        if fresh.isEmpty { return }
        let ordered = fresh.sorted { ($0.strategy, $0.instrument) < ($1.strategy, $1.instrument) }
        try connection.query(
            """
            INSERT INTO holdings SELECT * FROM unnest($1::integer[], $2::integer[]) ON CONFLICT DO NOTHING
            """, [.ints(ordered.map { $0.strategy }), .ints(ordered.map { $0.instrument })])
        self.holdings.formUnion(fresh)
    }

    private func writeOrders(
        _ connection: PostgresConnection, _ batch: StoreBatch, _ numbers: StoreNumbers
    ) throws(DatabaseError) {
        if !batch.orders.isEmpty {
            try self.copy(connection, "new_orders", batch.orders.values, width: 192) { rows, order in
                rows.order(order.id)
                rows.int(numbers.strategies[order.strategy])
                rows.int(numbers.instruments[order.instrument])
                rows.side(order.side)
                rows.decimal(order.price)
                rows.decimal(order.quantity)
                rows.decimal(order.filled)
                rows.text(order.state)
                rows.bool(order.isOpen)
                rows.time(order.time)
                rows.int(batch.journal)
                rows.int(order.sequence)
            }
            try connection.query(
                """
                INSERT INTO orders SELECT * FROM new_orders ORDER BY order_id ON CONFLICT (order_id) DO UPDATE SET
                    side = excluded.side, price = excluded.price, quantity = excluded.quantity, filled = excluded.filled,
                    state = excluded.state, is_open = excluded.is_open, time = excluded.time, journal = excluded.journal,
                    sequence = excluded.sequence
                """)
        }
        try self.copy(connection, "order_changes", batch.orderChanges, width: 128) { rows, change in
            rows.int(batch.journal)
            rows.int(change.sequence)
            rows.time(change.time)
            rows.order(change.order)
            rows.text(change.change)
            rows.decimal(change.price)
            rows.decimal(change.quantity)
            rows.decimal(change.filled)
            rows.text(change.reason)
        }
    }

    private func writeRuns(
        _ connection: PostgresConnection, _ batch: StoreBatch, _ numbers: StoreNumbers
    ) throws(DatabaseError) {
        try self.copy(connection, "runs", batch.runs, width: 128) { rows, run in
            rows.int(batch.journal)
            rows.int(run.sequence)
            rows.time(run.time)
            rows.int(run.instance)
            rows.text(run.mode)
            rows.text(run.program)
        }
        try self.copy(connection, "configurations", batch.configurations, width: 128) { rows, configuration in
            rows.int(numbers.strategies[configuration.strategy])
            rows.int(batch.journal)
            rows.int(configuration.sequence)
            rows.time(configuration.time)
            rows.text(configuration.symbol)
            rows.text(configuration.json)
            rows.int(configuration.run)
        }
        try self.copy(connection, "actions", batch.actions, width: 128) { rows, action in
            rows.int(batch.journal)
            rows.int(action.sequence)
            rows.time(action.time)
            rows.text(action.actor)
            rows.text(action.action)
            if let strategy = action.strategy { rows.int(numbers.strategies[strategy]) } else { rows.null() }
            rows.text(action.coin)
            rows.decimal(action.quantity)
            rows.decimal(action.price)
            rows.decimal(action.profit)
        }
    }

    // MARK: Retention

    func deleteOlder(than horizon: StoreHorizon, limit: Int) throws(DatabaseError) -> Int {
        var time = CopyRows()
        time.time(horizon.trades)
        let trades = String(decoding: time.bytes, as: UTF8.self)
        let buckets = horizon.buckets.nanoseconds / 1_000_000_000
        return try self.connection.transaction { (connection) throws(DatabaseError) in
            try connection.query(
                """
                INSERT INTO kept_since VALUES ('trades', $1) ON CONFLICT (what)
                DO UPDATE SET time = greatest(kept_since.time, excluded.time)
                """, [.text(trades)])
            // A row's place says which it is within a partition only: in another one the time keeps it from going.
            let gone = try connection.query(
                """
                DELETE FROM trades WHERE time < $1 AND ctid = ANY(ARRAY(SELECT t.ctid FROM instruments i
                    JOIN trades t ON t.instrument = i.instrument AND t.time < $1 LIMIT $2))
                """, [.text(trades), .int(Int64(limit))]
            ).affected
            return gone
                + (try connection.query(
                    """
                    DELETE FROM buckets WHERE start < $1 AND ctid = ANY(ARRAY(SELECT b.ctid FROM instruments i
                        JOIN buckets b ON b.instrument = i.instrument AND b.start < $1 LIMIT $2))
                    """, [.int(buckets), .int(Int64(limit))]
                ).affected)
        }
    }
}

/// The numbers that a store has given to a batch's names, by place.
struct StoreNumbers {
    var instruments: [Int64]
    var strategies: [Int64]

    /// That a strategy has or had something on an instrument; 0 for its total alone.
    struct Holding: Hashable {
        var strategy: Int64
        var instrument: Int64
    }
}

extension String {
    /// PostgreSQL takes no zero byte in a text.
    var withoutZeros: String { self.utf8.contains(0) ? self.replacing("\0", with: "\u{FFFD}") : self }
}

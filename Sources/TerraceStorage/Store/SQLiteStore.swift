internal import GRDB
import TerraceCore

/// The store in an SQLite file, through one connection that writes.
final class SQLiteStore: StoreWriting {
    private let connection: SQLiteConnection
    /// Numbers by name, as far as this connection knows them.
    private var instruments: [StoreBatch.Instrument: Int64] = [:]
    private var strategies: [String: Int64] = [:]
    private var holdings: Set<StoreNumbers.Holding> = []

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func prepare() throws(DatabaseError) {
        try SQLiteSchema.migrate(self.connection)
        try self.connection.run { database in
            // Keys are written in no order of theirs: the pages that the newest rows of all instruments and strategies are on
            // have to be at hand. Fewer and larger checkpoints write a page once that many transactions have changed.
            try database.execute(sql: "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000")
        }
    }

    func cursor(of journal: Int64) throws(DatabaseError) -> UInt64? {
        try self.connection.run {
            try Int64.fetchOne($0, sql: "SELECT sequence FROM journals WHERE journal = ?", arguments: [journal])
        }.map { UInt64(clamping: $0) }
    }

    // MARK: Writing

    func write(_ batch: StoreBatch) throws(DatabaseError) {
        do throws(DatabaseError) {
            try self.connection.transaction { database in
                try self.advance(database, batch)
                let numbers = try self.numbers(database, batch)
                try self.writeTrades(database, batch, numbers)
                try self.writeFills(database, batch, numbers)
                try self.writePositions(database, batch, numbers)
                try self.writeOrders(database, batch, numbers)
                try self.writeRuns(database, batch, numbers)
            }
        } catch {
            // Numbers that were given in a transaction that did not hold are not theirs.
            self.instruments = [:]
            self.strategies = [:]
            self.holdings = []
            throw error
        }
    }

    private func advance(_ database: Database, _ batch: StoreBatch) throws {
        let through = Int64(clamping: batch.through)
        try database.execute(
            sql: "UPDATE journals SET sequence = ?, time = ? WHERE journal = ? AND sequence = ?",
            arguments: [through, batch.time.nanoseconds, batch.journal, Int64(clamping: batch.after)])
        if database.changesCount == 1 { return }
        if batch.after == 0 || batch.isFirst {
            try database.execute(
                sql: "INSERT INTO journals (journal, sequence, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [batch.journal, through, batch.time.nanoseconds])
            if database.changesCount == 1 { return }
        }
        throw DatabaseError(.conflict, at: self.connection.path, "somebody else has stored these records meanwhile")
    }

    private func numbers(_ database: Database, _ batch: StoreBatch) throws -> StoreNumbers {
        for name in batch.instruments where self.instruments[name] == nil {
            try database.execute(
                sql: "INSERT INTO instruments (venue, symbol) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [name.venue, name.symbol])
            self.instruments[name] = try Int64.fetchOne(
                database, sql: "SELECT instrument FROM instruments WHERE venue = ? AND symbol = ?",
                arguments: [name.venue, name.symbol])
        }
        for name in batch.strategies where self.strategies[name] == nil {
            try database.execute(
                sql: "INSERT INTO strategies (name) VALUES (?) ON CONFLICT DO NOTHING", arguments: [name])
            self.strategies[name] = try Int64.fetchOne(
                database, sql: "SELECT strategy FROM strategies WHERE name = ?", arguments: [name])
        }
        return StoreNumbers(
            instruments: batch.instruments.map { self.instruments[$0] ?? 0 },
            strategies: batch.strategies.map { self.strategies[$0] ?? 0 })
    }

    /// Sums of a batch's new trades. A batch has fewer than 32,768 records, and products are below 2^112: sums fit.
    private struct Bucket: Hashable {
        var instrument: Int64
        var start: Int64
        var baseExponent: Int
        var quoteExponent: Int
    }

    /// Only what is really new adds to the buckets. What is older than what is kept is left out: it was counted, and its row is
    /// gone.
    private func writeTrades(_ database: Database, _ batch: StoreBatch, _ numbers: StoreNumbers) throws {
        if batch.trades.isEmpty { return }
        let kept = try Int64.fetchOne(database, sql: "SELECT time FROM kept_since WHERE what = 'trades'") ?? .min
        let insert = try SQLiteInsertion(
            database,
            """
            INSERT INTO trades (instrument, source, trade, time, side, price, quantity) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        var sums: [Bucket: (base: Int128, quote: Int128, trades: Int64)] = [:]
        for trade in batch.trades where trade.time.nanoseconds >= kept {
            let instrument = numbers.instruments[trade.instrument]
            insert.int(instrument)
            insert.int(trade.source)
            insert.int(trade.trade)
            insert.int(trade.time.nanoseconds)
            insert.side(trade.aggressor)
            insert.decimal(trade.price)
            insert.decimal(trade.quantity)
            if try !insert.run() { continue }
            let bucket = Bucket(
                instrument: instrument, start: StoreBatch.bucketStart(of: trade.time),
                baseExponent: trade.quantity.exponent, quoteExponent: trade.price.exponent + trade.quantity.exponent)
            var sum = sums[bucket] ?? (0, 0, 0)
            sum.base += trade.quantity.units
            sum.quote += trade.price.units * trade.quantity.units
            sum.trades += 1
            sums[bucket] = sum
        }
        let upsert = try SQLiteInsertion(
            database,
            """
            INSERT INTO buckets (instrument, start, base, quote, trades) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (instrument, start) DO UPDATE SET base = exact_sum(base, excluded.base),
                quote = exact_sum(quote, excluded.quote), trades = trades + excluded.trades
            """)
        for (bucket, sum) in sums {
            upsert.int(bucket.instrument)
            upsert.int(bucket.start)
            upsert.decimal(ExactDecimal(units: sum.base, exponent: bucket.baseExponent))
            upsert.decimal(ExactDecimal(units: sum.quote, exponent: bucket.quoteExponent))
            upsert.int(sum.trades)
            try upsert.run()
        }
    }

    private func writeFills(_ database: Database, _ batch: StoreBatch, _ numbers: StoreNumbers) throws {
        if batch.fills.isEmpty { return }
        let insert = try SQLiteInsertion(
            database,
            """
            INSERT INTO fills (instrument, trade, strategy, order_id, side, price, quantity, fee, fee_coin, is_maker, time,
                journal, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        for fill in batch.fills {
            insert.int(numbers.instruments[fill.instrument])
            insert.int(fill.trade)
            insert.int(numbers.strategies[fill.strategy])
            insert.order(fill.order)
            insert.side(fill.side)
            insert.decimal(fill.price)
            insert.decimal(fill.quantity)
            insert.decimal(fill.fee)
            insert.text(fill.feeCoin)
            insert.bool(fill.isMaker)
            insert.int(fill.time.nanoseconds)
            insert.int(batch.journal)
            insert.int(fill.sequence)
            try insert.run()
        }
    }

    private func writePositions(_ database: Database, _ batch: StoreBatch, _ numbers: StoreNumbers) throws {
        if batch.positions.isEmpty { return }
        let insert = try SQLiteInsertion(
            database,
            """
            INSERT INTO positions (journal, sequence, time, strategy, instrument, quantity, cost, realised, fees,
                total_quantity, total_cost, total_realised, total_fees) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        var fresh: Set<StoreNumbers.Holding> = []
        for position in batch.positions {
            let strategy = numbers.strategies[position.strategy]
            let instrument = position.instrument.map { numbers.instruments[$0] } ?? 0
            let holding = StoreNumbers.Holding(strategy: strategy, instrument: instrument)
            if !self.holdings.contains(holding) { fresh.insert(holding) }
            insert.int(batch.journal)
            insert.int(position.sequence)
            insert.int(position.time.nanoseconds)
            insert.int(strategy)
            insert.int(instrument)
            insert.decimal(position.venue.quantity)
            insert.decimal(position.venue.cost)
            insert.decimal(position.venue.realised)
            insert.decimal(position.venue.fees)
            insert.decimal(position.total.quantity)
            insert.decimal(position.total.cost)
            insert.decimal(position.total.realised)
            insert.decimal(position.total.fees)
            try insert.run()
        }
        for holding in fresh {
            try database.execute(
                sql: "INSERT INTO holdings (strategy, instrument) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [holding.strategy, holding.instrument])
        }
        self.holdings.formUnion(fresh)
    }

    private func writeOrders(_ database: Database, _ batch: StoreBatch, _ numbers: StoreNumbers) throws {
        let upsert = try SQLiteInsertion(
            database,
            """
            INSERT INTO orders (order_id, strategy, instrument, side, price, quantity, filled, state, is_open, time, journal,
                sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (order_id) DO UPDATE SET side = excluded.side, price = excluded.price,
                quantity = excluded.quantity, filled = excluded.filled, state = excluded.state,
                is_open = excluded.is_open, time = excluded.time, journal = excluded.journal, sequence = excluded.sequence
            """)
        for order in batch.orders.values {
            upsert.order(order.id)
            upsert.int(numbers.strategies[order.strategy])
            upsert.int(numbers.instruments[order.instrument])
            upsert.side(order.side)
            upsert.decimal(order.price)
            upsert.decimal(order.quantity)
            upsert.decimal(order.filled)
            upsert.text(order.state)
            upsert.bool(order.isOpen)
            upsert.int(order.time.nanoseconds)
            upsert.int(batch.journal)
            upsert.int(order.sequence)
            try upsert.run()
        }
        let insert = try SQLiteInsertion(
            database,
            """
            INSERT INTO order_changes (journal, sequence, time, order_id, change, price, quantity, filled, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for change in batch.orderChanges {
            insert.int(batch.journal)
            insert.int(change.sequence)
            insert.int(change.time.nanoseconds)
            insert.order(change.order)
            insert.text(change.change)
            insert.decimal(change.price)
            insert.decimal(change.quantity)
            insert.decimal(change.filled)
            insert.text(change.reason)
            try insert.run()
        }
    }

    private func writeRuns(_ database: Database, _ batch: StoreBatch, _ numbers: StoreNumbers) throws {
        for run in batch.runs {
            try database.execute(
                sql: "INSERT INTO runs (journal, sequence, time, instance, mode, program) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    batch.journal, run.sequence, run.time.nanoseconds, run.instance, run.mode, run.program,
                ])
        }
        for configuration in batch.configurations {
            try database.execute(
                sql: """
                    INSERT INTO configurations (strategy, journal, sequence, valid_from, symbol, configuration, run)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    numbers.strategies[configuration.strategy], batch.journal, configuration.sequence,
                    configuration.time.nanoseconds, configuration.symbol, configuration.json, configuration.run,
                ])
        }
        for action in batch.actions {
            try database.execute(
                sql: """
                    INSERT INTO actions (journal, sequence, time, actor, action, strategy, coin, quantity, price, profit)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    batch.journal, action.sequence, action.time.nanoseconds, action.actor, action.action,
                    action.strategy.map { numbers.strategies[$0] }, action.coin, action.quantity?.description,
                    action.price?.description, action.profit?.description,
                ])
        }
    }

    // MARK: Retention

    func deleteOlder(than horizon: StoreHorizon, limit: Int) throws(DatabaseError) -> Int {
        try self.connection.transaction { database in
            try database.execute(
                sql: """
                    INSERT INTO kept_since VALUES ('trades', ?) ON CONFLICT (what) DO UPDATE SET time = max(time, excluded.time)
                    """, arguments: [horizon.trades.nanoseconds])
            // SQLite deletes no bounded number by itself; what is chosen first is looked up by the key.
            try database.execute(
                sql: """
                    DELETE FROM trades WHERE (instrument, source, trade) IN (
                        SELECT t.instrument, t.source, t.trade FROM instruments i JOIN trades t
                        ON t.instrument = i.instrument AND t.time < ? LIMIT ?)
                    """, arguments: [horizon.trades.nanoseconds, limit])
            let gone = database.changesCount
            try database.execute(
                sql: """
                    DELETE FROM buckets WHERE (instrument, start) IN (
                        SELECT b.instrument, b.start FROM instruments i JOIN buckets b
                        ON b.instrument = i.instrument AND b.start < ? LIMIT ?)
                    """, arguments: [horizon.buckets.nanoseconds / 1_000_000_000, limit])
            return gone + database.changesCount
        }
    }
}

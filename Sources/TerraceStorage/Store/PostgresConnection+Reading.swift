import TerraceCore

extension PostgresConnection: StoreReading {
    func tables() throws(DatabaseError) -> Int { try PostgresSchema.check(self) }

    func migrate() throws(DatabaseError) { try PostgresSchema.migrate(self) }
    func writer() -> any StoreWriting { PostgresStore(self) }

    private static let microseconds = "(extract(epoch FROM time) * 1000000)::bigint"

    private static func text(_ time: Timestamp) -> PostgresValue {
        var text = CopyRows()
        text.time(time)
        return .text(String(decoding: text.bytes, as: UTF8.self))
    }

    private func decimal(_ result: PostgresResult, _ row: Int, _ column: Int) throws(DatabaseError) -> ExactDecimal {
        let text = try result.text(row, column)
        guard let value = ExactDecimal(text) else {
            throw self.error(.schema, "\(text.prefix(80)) is no decimal of 38 digits")
        }
        return value
    }

    private func time(_ result: PostgresResult, _ row: Int, _ column: Int) throws(DatabaseError) -> Timestamp {
        Timestamp(nanoseconds: try result.int(row, column).multipliedReportingOverflow(by: 1_000).partialValue)
    }

    private func side(_ result: PostgresResult, _ row: Int, _ column: Int) throws(DatabaseError) -> Side {
        try result.text(row, column) == "b" ? .bid : .ask
    }

    private func order(_ result: PostgresResult, _ row: Int, _ column: Int) throws(DatabaseError) -> ClientOrderID {
        ClientOrderID(hex: try result.text(row, column)) ?? .none
    }

    /// Which instruments are meant; an empty list means all.
    private static let meant =
        "(cardinality($1::text[]) = 0 OR i.symbol = ANY($1)) AND (cardinality($2::text[]) = 0 OR i.venue = ANY($2))"

    private func names(_ symbols: [String], _ venues: [String]) -> [PostgresValue] {
        [.texts(symbols.map { $0.withoutZeros }), .texts(venues.map { $0.withoutZeros })]
    }

    func recentTrades(
        symbols: [String], venues: [String], since: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredTrade] {
        let result = try self.query(
            """
            SELECT i.venue, i.symbol, t.source, t.trade, t.microseconds, t.side, t.price, t.quantity FROM instruments i
            CROSS JOIN LATERAL (SELECT source, trade, \(Self.microseconds) AS microseconds, side, price, quantity FROM trades
                WHERE instrument = i.instrument AND time >= $3 ORDER BY time DESC, trade DESC LIMIT $4) t
            WHERE \(Self.meant) ORDER BY i.venue, i.symbol, t.microseconds, t.trade
            """, self.names(symbols, venues) + [Self.text(since), .int(Int64(limit))])
        var trades: [StoredTrade] = []
        trades.reserveCapacity(result.rows)
        for row in 0..<result.rows {
            trades.append(
                StoredTrade(
                    venue: try result.text(row, 0), symbol: try result.text(row, 1),
                    trade: try result.int(row, 2) == 0 ? UInt64(bitPattern: try result.int(row, 3)) : nil,
                    time: try self.time(result, row, 4), aggressor: try self.side(result, row, 5),
                    price: try self.decimal(result, row, 6), quantity: try self.decimal(result, row, 7)))
        }
        return trades
    }

    func volumeBuckets(symbols: [String], venues: [String], since: Timestamp) throws(DatabaseError) -> [VolumeSeries] {
        let found = try self.query(
            "SELECT i.instrument, i.venue, i.symbol FROM instruments i WHERE \(Self.meant) ORDER BY i.venue, i.symbol",
            self.names(symbols, venues))
        var instruments: [(number: Int64, venue: String, symbol: String)] = []
        for row in 0..<found.rows {
            instruments.append((try found.int(row, 0), try found.text(row, 1), try found.text(row, 2)))
        }
        if instruments.isEmpty { return [] }
        var builder = VolumeSeriesBuilder(instruments, expecting: 0)
        var isSound = true
        // COPY takes no parameters: what stands here are numbers alone.
        let numbers = instruments.map { String($0.number) }.joined(separator: ",")
        try unsafe self.copyOut(
            """
            COPY (SELECT instrument, start, base, quote FROM buckets WHERE instrument = ANY('{\(numbers)}'::integer[])
            AND start >= \(StoreBatch.bucketStart(of: since))) TO STDOUT
            """
        ) { bytes in
            var fields = unsafe TextFields(bytes)
            guard let instrument = unsafe fields.int(), let start = unsafe fields.int(),
                let base = unsafe fields.double(), let quote = unsafe fields.double()
            else { return isSound = false }
            builder.add(instrument, VolumeBucket(secondsSince1970: start, base: base, quote: quote))
        }
        guard isSound else { throw self.error(.schema, "a bucket of volume has no numbers in it") }
        return builder.finish()
    }

    func positions(at time: Timestamp) throws(DatabaseError) -> [StoredPosition] {
        let result = try self.query(
            """
            SELECT s.name, coalesce(i.venue, ''), coalesce(i.symbol, ''), p.microseconds, p.sequence, p.quantity, p.cost,
                p.realised, p.fees, p.total_quantity, p.total_cost, p.total_realised, p.total_fees
            FROM holdings h JOIN strategies s ON s.strategy = h.strategy
            LEFT JOIN instruments i ON i.instrument = h.instrument
            CROSS JOIN LATERAL (SELECT \(Self.microseconds) AS microseconds, * FROM positions WHERE strategy = h.strategy
                AND instrument = h.instrument AND time <= $1 ORDER BY time DESC, sequence DESC LIMIT 1) p
            ORDER BY s.name, i.venue, i.symbol
            """, [Self.text(time)])
        var positions: [StoredPosition] = []
        for row in 0..<result.rows {
            positions.append(
                StoredPosition(
                    strategy: try result.text(row, 0), venue: try result.text(row, 1), symbol: try result.text(row, 2),
                    time: try self.time(result, row, 3), sequence: UInt64(clamping: try result.int(row, 4)),
                    quantity: try self.decimal(result, row, 5), cost: try self.decimal(result, row, 6),
                    realised: try self.decimal(result, row, 7), fees: try self.decimal(result, row, 8),
                    totalQuantity: try self.decimal(result, row, 9), totalCost: try self.decimal(result, row, 10),
                    totalRealised: try self.decimal(result, row, 11), totalFees: try self.decimal(result, row, 12)))
        }
        return positions
    }

    func fills(
        strategy: String, from: Timestamp, to: Timestamp, limit: Int
    ) throws(DatabaseError) -> [StoredFill] {
        let result = try self.query(
            """
            SELECT i.venue, i.symbol, f.trade, f.order_id, f.side, f.price, f.quantity, f.fee, f.fee_coin, f.is_maker,
                \(Self.microseconds), f.sequence
            FROM fills f JOIN strategies s ON s.strategy = f.strategy JOIN instruments i ON i.instrument = f.instrument
            WHERE s.name = $1 AND f.time >= $2 AND f.time < $3 ORDER BY f.time, f.sequence LIMIT $4
            """, [.text(strategy.withoutZeros), Self.text(from), Self.text(to), .int(Int64(limit))])
        var fills: [StoredFill] = []
        for row in 0..<result.rows {
            fills.append(
                StoredFill(
                    venue: try result.text(row, 0), symbol: try result.text(row, 1),
                    trade: UInt64(bitPattern: try result.int(row, 2)), strategy: strategy,
                    order: try self.order(result, row, 3), side: try self.side(result, row, 4),
                    price: try self.decimal(result, row, 5), quantity: try self.decimal(result, row, 6),
                    fee: try self.decimal(result, row, 7), feeCoin: try result.text(row, 8),
                    isMaker: try result.bool(row, 9), time: try self.time(result, row, 10),
                    sequence: UInt64(clamping: try result.int(row, 11))))
        }
        return fills
    }

    func openOrders() throws(DatabaseError) -> [StoredOrder] {
        let result = try self.query(
            """
            SELECT o.order_id, s.name, i.venue, i.symbol, o.side, o.price, o.quantity, o.filled, o.state, \(Self.microseconds)
            FROM orders o JOIN strategies s ON s.strategy = o.strategy JOIN instruments i ON i.instrument = o.instrument
            WHERE o.is_open ORDER BY o.order_id
            """)
        var orders: [StoredOrder] = []
        for row in 0..<result.rows {
            orders.append(
                StoredOrder(
                    order: try self.order(result, row, 0), strategy: try result.text(row, 1),
                    venue: try result.text(row, 2), symbol: try result.text(row, 3),
                    side: try self.side(result, row, 4),
                    price: try self.decimal(result, row, 5), quantity: try self.decimal(result, row, 6),
                    filled: try self.decimal(result, row, 7), state: try result.text(row, 8),
                    time: try self.time(result, row, 9)))
        }
        return orders
    }

    func revisions(of strategy: String) throws(DatabaseError) -> [StrategyRevision] {
        let result = try self.query(
            """
            SELECT (extract(epoch FROM valid_from) * 1000000)::bigint, c.run, c.symbol, c.configuration
            FROM configurations c JOIN strategies s ON s.strategy = c.strategy WHERE s.name = $1
            ORDER BY c.valid_from, c.sequence
            """, [.text(strategy.withoutZeros)])
        var revisions: [StrategyRevision] = []
        for row in 0..<result.rows {
            revisions.append(
                StrategyRevision(
                    validFrom: try self.time(result, row, 0), run: UInt64(clamping: try result.int(row, 1)),
                    symbol: try result.text(row, 2), configuration: try result.text(row, 3)))
        }
        return revisions
    }

    /// The rows of a question as text, fields between tabs: to look at tables as they are.
    func lines(_ sql: String) throws(DatabaseError) -> [String] {
        let result = try self.execute(sql)
        var lines: [String] = []
        for row in 0..<result.rows {
            var fields: [String] = []
            for column in 0..<result.columns { fields.append(try result.optionalText(row, column) ?? "") }
            lines.append(fields.joined(separator: "\t"))
        }
        return lines
    }
}

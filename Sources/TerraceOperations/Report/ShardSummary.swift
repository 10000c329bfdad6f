import Histogram
public import TerraceCore
public import TerraceRuntime
public import TerraceSimulation

/// What one shard has done so far, as plain values that may leave its loop.
public struct ShardSummary: Sendable {
    /// A strategy's line on the screen and in the report.
    public struct Strategy: Sendable {
        /// Its id.
        public let id: String
        /// Its pair.
        public let symbol: String
        /// The coin of its profit.
        public let quote: String
        /// What it holds, as decimal text.
        public let quantity: String
        /// Average cost; nil when flat.
        public let averagePrice: String?
        /// Profit at the last reference price.
        public let profit: Amount
        /// What it has traded, in the quote coin.
        public let volume: Amount
        /// Orders that are not idle.
        public let open: Int
        /// How many quotes it may show.
        public let slots: Int
        /// How many of them are held back.
        public let missing: Int
        /// The gravest reason of those, in the order of `Gate`.
        public let gate: Gate
        /// Whether a person should look: quotes are held back by more than what the configuration asks for. A line that has
        /// spent its hourly quantity, or does not quote a side, is as it should be.
        public var needsAttention: Bool { self.gate != .none && self.gate != .sideOff && self.gate != .hourlyQuantity }
    }
    /// What the engine counted.
    public let statistics: EngineStatistics
    /// One a strategy.
    public let strategies: [Strategy]
    /// Orders that are not idle.
    public let openOrders: Int
    /// The state hash, where it was asked for.
    public let hash: UInt64
    /// By stage.
    public let latencies: StageLatencies
    /// Priority classes that are not shed.
    public let keptClasses: Int

    /// Looks at an engine; costs some microseconds a strategy, so it is called a few times a second at most.
    public init(_ engine: borrowing Engine, _ setup: MarketSetup, _ latencies: StageLatencies, hash: Bool) {
        self.statistics = engine.statistics
        self.latencies = latencies
        self.openOrders = engine.openOrders
        self.keptClasses = engine.keptClasses
        self.hash = hash ? engine.stateHash() : 0
        var list: [Strategy] = []
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            let definition = engine.definition(strategy)
            let pair = setup.pairs[definition.pair.index]
            let position = engine.position(strategy)
            var open = 0
            var missing = 0
            var gate = Gate.none
            let slots = engine.slots(strategy)
            for slot in slots {
                if slot.order.state != .idle { open += 1 }
                if slot.gate != .none {
                    missing += 1
                    if gate == .none || Self.isGraver(slot.gate, than: gate) { gate = slot.gate }
                }
            }
            list.append(
                Strategy(
                    id: definition.id, symbol: setup.symbols[definition.pair.index],
                    quote: setup.assets[pair.quote.index], quantity: pair.units.text(position.quantity),
                    averagePrice: position.averagePrice(roundedFor: .bid).map { pair.units.text($0) },
                    profit: engine.profit(strategy), volume: pair.units.amount(of: position.volume), open: open,
                    slots: slots.count, missing: missing, gate: gate))
        }
        self.strategies = list
    }

    /// In the order of `Gate`, but what is routine comes last.
    private static func isGraver(_ gate: Gate, than other: Gate) -> Bool {
        func rank(_ gate: Gate) -> Int {
            gate == .sideOff ? 255 : gate == .hourlyQuantity ? 254 : Int(gate.rawValue)
        }
        return rank(gate) < rank(other)
    }
}

extension RunReport {
    /// The report of shards that ran side by side for `seconds`.
    ///
    /// - Parameter quoting: The same shards before they were told to stop: what then held quotes back is not of interest.
    public init(
        _ shards: [ShardSummary], whileQuoting quoting: [ShardSummary], pairs: Int, venues: Int, seconds: Double,
        mismatches: [String]
    ) {
        self.init()
        self.pairs = pairs
        self.venues = venues
        self.seconds = seconds
        var volume: [String: Amount] = [:]
        var profit: [String: Amount] = [:]
        var hash = StateHash()
        for shard in shards {
            let counted = shard.statistics
            self.strategies += shard.strategies.count
            self.updates += counted.updates
            self.evaluations += counted.evaluations
            self.conflated += counted.conflated
            self.orders.placed += counted.placed
            self.orders.amended += counted.amended
            self.orders.cancelled += counted.cancelled
            self.orders.rejected += counted.rejected
            self.orders.workingAtEnd += shard.openOrders
            self.fills += counted.fills
            for strategy in shard.strategies {
                volume[strategy.quote, default: .zero] += strategy.volume
                profit[strategy.quote, default: .zero] += strategy.profit
                self.positions.append(
                    Holding(
                        strategy: strategy.id, quantity: strategy.quantity, averagePrice: strategy.averagePrice,
                        profit: strategy.profit.text))
            }
            hash.combine(shard.hash)
        }
        for shard in quoting {
            let counts = shard.statistics.gates
            for gate in Gate.allCases where gate != .none && counts[Int(gate.rawValue)] > 0 {
                self.gates[gate.name, default: 0] += counts[Int(gate.rawValue)]
            }
        }
        self.updatesPerSecond = seconds > 0 ? (Double(self.updates) / seconds).rounded() : 0
        self.volume = volume.mapValues { $0.text }
        self.profit = profit.mapValues { $0.text }
        self.mismatches = mismatches
        self.reconciled = mismatches.isEmpty
        self.stateHash = String(hash.value, radix: 16)
        self.memoryBytes.resident = residentBytes()
        self.memoryBytes.perStrategy = self.strategies == 0 ? 0 : self.memoryBytes.resident / self.strategies
        for shard in shards {
            for (name, histogram) in shard.latencies.stages where histogram.totalCount > 0 {
                // With several shards the slowest is told.
                let these = Percentiles(
                    p50: UInt64(histogram.valueAtPercentile(50)), p95: UInt64(histogram.valueAtPercentile(95)),
                    p99: UInt64(histogram.valueAtPercentile(99)), p999: UInt64(histogram.valueAtPercentile(99.9)),
                    max: UInt64(histogram.max))
                if these.p99 >= self.latencyNs[name]?.p99 ?? 0 { self.latencyNs[name] = these }
            }
        }
    }
}

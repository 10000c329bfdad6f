public import TerraceCore

/// An engine and a simulated market under one virtual clock: the same seed gives the same run, event for event.
public struct VirtualWorld: ~Copyable {
    /// The engine.
    public var engine: Engine
    /// The market.
    public var market: SimulatedMarket
    /// The virtual time.
    public private(set) var now: Timestamp
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 8_192)

    /// An engine that quotes all of `setup` with `strategies` on a simulated market.
    ///
    /// - Throws: `RegistrationError` where a strategy does not fit the setup.
    public init(
        _ setup: MarketSetup, strategies: [StrategyDefinition], rate: Double, seed: UInt64, faults: Faults = Faults(),
        latency: Latency = Latency(), start: Timestamp = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    ) throws(RegistrationError) {
        var configuration = EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count)
        configuration.seed = seed
        self.engine = Engine(configuration)
        for pair in setup.pairs { _ = self.engine.addPair(pair) }
        for strategy in strategies { _ = try self.engine.register(strategy) }
        self.market = SimulatedMarket(
            setup, rate: rate, seed: seed, start: start, latency: latency, faults: faults)
        self.now = start
    }

    /// Runs until virtual time `end`.
    public mutating func run(until end: Timestamp) {
        while true {
            let next = min(self.market.nextDue, self.engine.nextTimer)
            if next > end { break }
            self.now = max(self.now, next)
            self.step()
        }
        self.now = end
    }

    private mutating func step() {
        self.deliveries.removeAll(keepingCapacity: true)
        self.market.advance(to: self.now, into: &self.deliveries)
        for delivery in self.deliveries { self.engine.handle(delivery.event, at: self.now, into: &self.commands) }
        self.engine.handle(.turn(limit: 1_024), at: self.now, into: &self.commands)
        for index in 0..<self.commands.count { self.market.send(self.commands[index], at: self.now) }
        self.commands.removeAll()
    }

    /// Runs until nothing of ours is on the way, the engine hearing all and sending nothing: what stands can be compared then.
    ///
    /// - Returns: false where that takes longer than a second of virtual time.
    public mutating func quieten() -> Bool {
        let end = self.now.advanced(by: 1_000_000_000)
        while !self.market.isQuiet {
            let next = self.market.nextDue
            if next > end { return false }
            self.now = max(self.now, next)
            self.deliveries.removeAll(keepingCapacity: true)
            self.market.advance(to: self.now, into: &self.deliveries)
            for delivery in self.deliveries { self.engine.handle(delivery.event, at: self.now, into: &self.commands) }
        }
        return true
    }

    /// Cancels everything, and runs until neither the engine nor a venue has an order and nothing is on the way, or until
    /// `limitNanoseconds` of virtual time have passed.
    public mutating func stop(limitNanoseconds: Int64 = 120_000_000_000) -> Bool {
        self.engine.handle(.control(.kill), at: self.now, into: &self.commands)
        let end = self.now.advanced(by: limitNanoseconds)
        while self.now < end {
            self.run(until: self.now.advanced(by: 10_000_000))
            if self.engine.openOrders == 0, self.market.isQuiet, self.engine.waiting == 0 { return true }
        }
        return false
    }
}

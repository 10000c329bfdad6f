public import NIOCore
public import TerraceCore

extension BusPublisher {
    /// A publisher over real connections. `clock` is that of the feed: even, and near the time of day.
    ///
    /// - Throws: `BusError` where TLS can't be set up.
    public convenience init(
        name: String, instruments: [BusInstrument], venues: [BusVenue], addresses: [RedisAddress],
        settings: BusSettings, on eventLoop: any EventLoop, clock: @escaping () -> Timestamp
    ) throws(BusError) {
        guard !addresses.isEmpty else { throw .noAddress }
        let isSecure = addresses.contains { $0.isSecure }
        let sockets = try RedisSockets(on: eventLoop, settings: settings, isSecure: isSecure, clock: clock)
        self.init(
            name: name, instruments: instruments, venues: venues, addresses: addresses, settings: settings,
            transport: sockets, seed: UInt64(bitPattern: clock().nanoseconds))
    }

    /// Begins to connect; on the loop.
    public func open() {
        let now = self.lines.transport.now
        self.start(epoch: UInt64(bitPattern: now.nanoseconds), at: now)
    }

    /// Says to subscribers that it ends, and closes; on the loop.
    ///
    /// - Returns: Succeeds when all connections are closed.
    public func close() -> EventLoopFuture<Void>? {
        self.end()
        return (self.lines.transport as? RedisSockets)?.whenAllEnded()
    }
}

public import NIOCore
public import TerraceCore

extension BusSubscriber {
    /// A subscriber over real connections, on the loop of the shard that uses it and by that shard's clock.
    ///
    /// - Throws: `BusError` where TLS can't be set up.
    public convenience init(
        instruments: [BusInstrument], venues: [BusVenue], addresses: [RedisAddress], settings: BusSettings,
        on eventLoop: any EventLoop, clock: @escaping () -> Timestamp
    ) throws(BusError) {
        guard !addresses.isEmpty else { throw .noAddress }
        let isSecure = addresses.contains { $0.isSecure }
        let sockets = try RedisSockets(on: eventLoop, settings: settings, isSecure: isSecure, clock: clock)
        self.init(
            instruments: instruments, venues: venues, addresses: addresses, settings: settings, transport: sockets,
            seed: UInt64(bitPattern: clock().nanoseconds))
    }

    /// Leaves, and closes all connections; on the loop.
    ///
    /// - Returns: Succeeds when the last is closed.
    public func close() -> EventLoopFuture<Void>? {
        self.end()
        return (self.lines.transport as? RedisSockets)?.whenAllEnded()
    }
}

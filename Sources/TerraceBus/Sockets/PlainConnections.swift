package import NIOCore
package import TerraceCore

/// Connections to Redis that do what they are told, without pool, retry or sequence: the way before, a connection and a
/// subscription for each strategy, that `terrace bench bus` measures beside the bus.
///
/// Used on its event loop only, which is what makes `@unchecked Sendable` true.
package final class PlainConnections: RedisReceiver, @unchecked Sendable {
    private let address: RedisAddress
    private let name: String
    private let sockets: RedisSockets
    private var subscriptions: [BusInstrument?] = []  // By connection.
    private var texts: [[UInt8]] = []
    private var deliveries: [Delivery] = []
    /// How many subscriptions are confirmed.
    package private(set) var subscribed = 0
    /// Messages that made no sense, and connections that were lost.
    package private(set) var faults = 0
    /// Called with what was decoded, whenever what could be read has been.
    package var whenRead: ([Delivery]) -> Void = { _ in }
    /// Called with an answer that is bytes.
    package var whenAnswered: ([UInt8]) -> Void = { _ in }

    /// Connections to the server at `address`, which `CLIENT LIST` calls `name`.
    package init(
        _ address: RedisAddress, name: String, settings: BusSettings, on eventLoop: any EventLoop,
        clock: @escaping () -> Timestamp
    ) throws(BusError) {
        self.address = address
        self.name = name
        self.sockets = try RedisSockets(on: eventLoop, settings: settings, isSecure: address.isSecure, clock: clock)
        self.sockets.receiver = self
    }

    /// One more connection, which subscribes to an instrument.
    package func subscribe(_ instrument: BusInstrument) {
        self.connect(instrument, ["SUBSCRIBE", BusNames.market(instrument.venue, instrument.symbol)])
    }

    /// One more connection, which asks something.
    package func ask(_ words: String...) { self.connect(nil, words) }

    /// Closes all.
    package func close() -> EventLoopFuture<Void> {
        for number in self.subscriptions.indices { self.sockets.close(number) }
        return self.sockets.whenAllEnded()
    }

    private func connect(_ instrument: BusInstrument?, _ words: [String]) {
        var buffer = ByteBuffer()
        if let password = self.address.password {
            buffer.writeCommand(self.address.user.map { ["AUTH", $0, password.text] } ?? ["AUTH", password.text])
        }
        buffer.writeCommand("CLIENT", "SETNAME", self.name)
        buffer.writeCommand(words)
        self.subscriptions.append(instrument)
        self.texts.append(Array(buffer.readableBytesView))
        self.sockets.connect(self.subscriptions.count - 1, to: self.address)
    }

    func opened(_ number: Int) { self.sockets.send(number, ByteBuffer(bytes: self.texts[number])) }

    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int {
        var place = 0
        do {
            while true {
                switch try RedisReader.next(bytes, from: place) {
                case .incomplete: return place
                case .message(_, let payload, let end):
                    place = end
                    if let instrument = self.subscriptions[number] {
                        self.decode(bytes.extracting(payload), instrument)
                    }
                case .reply(let reply, let end):
                    place = end
                    switch reply {
                    case .array: self.subscribed += 1
                    case .bytes(let bytes): self.whenAnswered(bytes)
                    case .error: self.faults += 1
                    case .status, .integer, .null: break
                    }
                }
            }
        } catch {
            self.faults += 1
            return bytes.count
        }
    }

    private func decode(_ bytes: Span<UInt8>, _ instrument: BusInstrument) {
        do throws(BusFault) {
            let head = try BusMessage(bytes)
            guard head.kind == .update || head.kind == .snapshot else { return }
            try BookMessage.read(
                bytes, head, of: instrument.instrument, in: instrument.units, at: self.sockets.now,
                into: &self.deliveries)
        } catch { self.faults += 1 }
    }

    func receivedAll() {
        if self.deliveries.isEmpty { return }
        self.whenRead(self.deliveries)
        self.deliveries.removeAll(keepingCapacity: true)
    }

    func closed(_ number: Int, reason: String) { self.faults += 1 }
}

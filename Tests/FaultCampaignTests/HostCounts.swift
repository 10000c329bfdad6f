import TerraceCore

@testable import TerraceExchangeServer

/// What a server was made to do by its clients, as it counts it itself.
struct HostCounts {
    /// The most weight (Binance) or requests (Bybit) in any of its windows.
    var mostWeight = 0
    /// The most messages that a connection sent in a second.
    var mostMessages = 0
    /// Connections opened.
    var connections = 0
    /// Answers that said that too much was sent.
    var refusals = 0
    private var second: [Int: (number: Int64, count: Int)] = [:]

    mutating func count(message connection: Int, at now: Timestamp) {
        let number = now.nanoseconds / 1_000_000_000
        let before = self.second[connection] ?? (number, 0)
        let count = before.number == number ? before.count + 1 : 1
        self.second[connection] = (number, count)
        self.mostMessages = max(self.mostMessages, count)
    }

    mutating func count(_ response: ServerResponse) {
        let body = String(decoding: response.body.prefix(200), as: UTF8.self)
        let isRefusal = [403, 418, 429].contains(response.status) || body.contains("\"retCode\":10006")
        if isRefusal { self.refusals += 1 }
    }
}

import TerraceCore
import TerraceVenues

extension BinanceServerProtocol {
    /// Whose request it is: nil where nobody's name is asked for.
    func authorize(
        _ operation: BinanceOperation, _ request: ServerRequest, _ parameters: ParameterList
    ) throws(BinanceRefusal) -> Int? {
        if case .none = operation.security { return nil }
        let account = try self.account(key: request.header("X-MBX-APIKEY"))
        switch operation.security {
        case .none, .key: break
        case .signed, .trade:
            guard let signature = parameters["signature"] else { throw .missing("signature") }
            try self.checkTime(parameters)
            let payload = Self.unsigned(request.query) + Self.unsigned(request.body[...])
            try self.check(signature, of: payload, account)
        }
        try self.checkRights(operation, account)
        return account
    }

    func account(key: String?) throws(BinanceRefusal) -> Int {
        guard let key, !key.isEmpty, key.utf8.count <= 128 else { throw .badKeyFormat }
        guard let account = self.core.account(key) else { throw .badKey }
        return account
    }

    func checkRights(_ operation: BinanceOperation, _ account: Int) throws(BinanceRefusal) {
        if case .trade = operation.security, !self.core.accounts[account].settings.mayTrade { throw .badKey }
    }

    /// Query or body as they were signed: without the signature, wherever it stands.
    private static func unsigned(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let parts = text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        return Array(parts.filter { !$0.starts(with: "signature=".utf8) }.joined(separator: [UInt8(ascii: "&")]))
    }

    /// The signature is HMAC-SHA256 in hexadecimal digits of either case. Other kinds of keys there are none.
    func check(_ signature: String, of payload: [UInt8], _ account: Int) throws(BinanceRefusal) {
        var writer = WireWriter(capacity: 64)
        writer.hexadecimal(self.core.accounts[account].signer.sign(payload))
        let given = Array(signature.lowercased().utf8)
        guard given.count == writer.bytes.count else { throw .badSignature }
        var difference: UInt8 = 0
        for (left, right) in zip(given, writer.bytes) { difference |= left ^ right }
        guard difference == 0 else { throw .badSignature }
    }

    /// "Timing security": taken where `timestamp < serverTime + 1000 && serverTime - timestamp <= recvWindow`.
    func checkTime(_ parameters: ParameterList) throws(BinanceRefusal) {
        guard let timestamp = parameters["timestamp"].flatMap({ Int64($0) }), timestamp >= 0 else {
            throw .missing("timestamp")
        }
        var window: Int64 = 5_000
        if let text = parameters["recvWindow"] {
            // A decimal of up to three places is allowed; parts of a millisecond do not matter here.
            guard let given = Int64(text.prefix { $0 != "." }), given >= 0 else {
                throw .illegal("recvWindow", "^([1-9][0-9]{0,4}(\\.[0-9]{1,3})?)$")
            }
            guard given <= 60_000 else { throw BinanceRefusal(-1131, "recvWindow must be less than 60000.") }
            window = given
        }
        let now = self.core.venueMilliseconds
        guard timestamp < now + 1_000 else { throw .tooEarly }
        guard now - timestamp <= window else { throw .tooOld }
    }
}

/// What a key may do, as the venue tells it, and whether that is what a desk wants of one.
public struct KeyPermissions: Sendable, Equatable {
    /// Whether it may trade; nil where the venue does not tell.
    public let mayTrade: Bool?
    /// Whether it may withdraw coins; nil where the venue does not tell.
    public let mayWithdraw: Bool?
    /// `allow_withdraw_key`.
    public let isWithdrawAllowed: Bool

    /// What the venue told.
    public init(_ told: (mayTrade: Bool?, mayWithdraw: Bool?), isWithdrawAllowed: Bool) {
        self.mayTrade = told.mayTrade
        self.mayWithdraw = told.mayWithdraw
        self.isWithdrawAllowed = isWithdrawAllowed
    }

    /// Whether the key can't be used.
    public var isRefused: Bool { self.mayTrade == false || (self.mayWithdraw == true && !self.isWithdrawAllowed) }

    /// One line for each thing to say.
    public func lines(_ venue: String) -> [DoctorLine] {
        func line(_ status: DoctorLine.Status, _ text: String) -> DoctorLine {
            DoctorLine(status, venue, "permissions", text)
        }
        var lines: [DoctorLine] = []
        if self.mayTrade == false {
            lines.append(line(.failure, "the key may not trade: allow it at the venue, for this address only"))
        }
        switch (self.mayWithdraw, self.isWithdrawAllowed) {
        case (true, false):
            lines.append(
                line(
                    .failure,
                    "the key may withdraw coins: make one that may not, or set \"allow_withdraw_key\" if that is meant")
            )
        case (true, true):
            lines.append(
                line(.warning, "the key may withdraw coins, as \"allow_withdraw_key\" allows: a stolen one would"))
        case (nil, _):
            lines.append(line(.warning, "the venue does not tell whether the key may withdraw coins: look there"))
        case (false, _): break
        }
        if lines.isEmpty { lines.append(line(.ok, "the key may trade, and may not withdraw coins")) }
        return lines
    }
}

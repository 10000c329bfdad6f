import TerraceCore
import TerraceVenues

/// What one venue tells before a run: its clock, its instruments, what the key may do, and what the account holds.
struct VenueSurvey: Sendable {
    var access: VenueAccess
    var listing = InstrumentListing()
    /// By coin; nil where the venue was not asked.
    var balances: [(coin: String, total: Amount)]?
    /// What a person should read.
    var notes: [String] = []

    /// Asks the venue.
    ///
    /// - Parameter asksBalances: Whether the account's coins are wanted.
    static func of(
        _ access: VenueAccess, _ configured: VenueConfiguration, mode: RunMode, asksBalances: Bool
    ) async throws(VenueAccessError) -> VenueSurvey {
        var survey = VenueSurvey(access: access)
        _ = try await survey.access.compareClocks()
        survey.listing = try await survey.access.listing()
        guard survey.access.credentials != nil else { return survey }
        var told: (mayTrade: Bool?, mayWithdraw: Bool?) = (nil, nil)
        for case .permissions(let mayTrade, let mayWithdraw) in try await survey.access.ask(.permissions).events {
            // A key that is not going to trade need not be allowed to.
            told = (mode == .live ? mayTrade : nil, mayWithdraw)
        }
        let permissions = KeyPermissions(told, isWithdrawAllowed: configured.allowsWithdrawKey)
        let lines = permissions.lines(configured.name)
        if permissions.isRefused {
            throw .permissions(lines.filter { $0.status == .failure }.map { $0.text }.joined(separator: "; "))
        }
        survey.notes = lines.filter { $0.status == .warning }.map { "\(configured.name): \($0.text)" }
        if asksBalances {
            var balances: [(coin: String, total: Amount)] = []
            for case .balance(let coin, let total, _) in try await survey.access.ask(.balances).events {
                balances.append((coin, total))
            }
            survey.balances = balances
        }
        return survey
    }
}

/// What a preference objective makes of a pair: TRL's `loss_type` of DPO.
public enum PreferenceLossType: String, Codable, Sendable, CaseIterable {
    /// Direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290, equation 7); with
    /// label smoothing the conservative form, where a share of the labels is taken to be wrong.
    case sigmoid
    /// The same loss made unbiased by labels of which a share is wrong (Ray Chowdhury et al. 2024,
    /// arXiv 2403.00409).
    case robust
    /// A hinge with its margin at 1 (Zhao et al. 2023, arXiv 2305.10425).
    case hinge
    /// A squared distance from a margin of 1 / 2β, of log-ratios a token (Azar et al. 2023, arXiv
    /// 2310.12036, equation 17).
    case ipo
}

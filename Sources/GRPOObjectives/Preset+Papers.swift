/// Short spellings for the tables below.
private func field(_ key: String, _ value: String, _ citation: String) -> PresetField {
    PresetField(key: key, value: .string(value), citation: citation)
}

private func field(_ key: String, _ value: Int, _ citation: String) -> PresetField {
    PresetField(key: key, value: .int(value), citation: citation)
}

private func field(_ key: String, number value: Double, _ citation: String) -> PresetField {
    PresetField(key: key, value: .double(value), citation: citation)
}

private func field(_ key: String, _ value: Bool, _ citation: String) -> PresetField {
    PresetField(key: key, value: .bool(value), citation: citation)
}

/// The switches of DeepSeekMath's objective, which most later papers restate and change.
private func groupRelative(
    scale: String = "group", level: String = "token", aggregation: String, _ citation: String
) -> [PresetField] {
    [
        field("advantage_baseline", "mean", citation),
        field("scale_rewards", scale, citation),
        field("importance_sampling_level", level, citation),
        field("weight_function", "clip", citation),
        field("aggregation", aggregation, citation),
    ]
}

private func klInLoss(_ beta: Double, _ form: String, _ coefficient: String) -> [PresetField] {
    [
        field("kl_estimator", "k3", form),
        field("kl_in", "loss", form),
        field("beta", number: beta, coefficient),
    ]
}

extension Preset {
    static let deepseekMath = Preset(
        name: "deepseekmath",
        paper: "DeepSeekMath, arXiv 2402.03300",
        note: "One update per rollout, so ratio and clip are inactive; epsilon is not stated.",
        fields: groupRelative(aggregation: "sequence_mean", "eq. 3, section 4.1.2")
            + klInLoss(0.04, "eq. 3 and 4", "section 4.2: KL coefficient 0.04") + [
                field("num_iterations", 1, "section 4.2: a single update after each exploration"),
                field("steps_per_generation", 1, "section 4.2: a single update"),
                field("num_generations", 64, "section 4.2: 64 outputs for each question"),
                field("prompts_per_step", 16, "section 4.2: batch 1024, that is 16 x 64"),
                field("max_completion_length", 1024, "section 4.2: maximum length 1024"),
                field("learning_rate", number: 1e-6, "section 4.2: policy 1e-6"),
            ])

    static let r1Zero = Preset(
        name: "r1_zero",
        paper: "DeepSeek-R1, Nature 645, 633-638; arXiv 2501.12948 (R1-Zero)",
        note: """
            Eq. 1 writes the ratio per sequence without a length normalisation, a shorthand: it is \
            read per token, as in DeepSeekMath eq. 3. ddof and epsilon of the standard deviation \
            are not stated.
            """,
        fields: reinforcement("section 2.1", clip: "stated for R1's first RL stage; read as shared")
            + [
                PresetField(
                    key: "max_completion_length_schedule",
                    value: .yaml("[{step: 8200, max_completion_length: 65536}]"),
                    citation: "section 2.1: 32,768 tokens before step 8,200, 65,536 afterwards")
            ])

    static let r1 = Preset(
        name: "r1",
        paper: "DeepSeek-R1, Nature 645, 633-638; arXiv 2501.12948 (reasoning RL)",
        note: """
            The second, all-scenario RL keeps these settings with temperature 0.7. A lower clip \
            truncates the gradients of many tokens, a higher one may cause instability (Methods).
            """,
        fields: reinforcement("Methods, first RL stage", clip: "Methods, first RL stage: 10"))

    private static func reinforcement(_ place: String, clip: String) -> [PresetField] {
        groupRelative(aggregation: "sequence_mean", "eq. 1 to 3, read as DeepSeekMath eq. 3")
            + klInLoss(0.001, "eq. 2", "\(place): KL coefficient 0.001") + [
                field("epsilon", number: 10, clip),
                field("learning_rate", number: 3e-6, "\(place): 3e-6"),
                field("temperature", number: 1, "\(place): rollout temperature 1"),
                field("num_generations", 16, "\(place): 16 outputs for each question"),
                field("prompts_per_step", 32, "\(place): 32 questions, batch 512"),
                field("steps_per_generation", 16, "\(place): 8,192 outputs in 16 minibatches"),
                field("num_iterations", 1, "\(place): a single inner epoch"),
                field("max_completion_length", 32768, "\(place): at most 32,768 tokens"),
                field("sync_ref_model", true, "\(place): reference replaced each 400 steps"),
                field("ref_model_mixup_alpha", number: 1, "\(place): replaced by the policy"),
                field("ref_model_sync_steps", 400, "\(place): each 400 steps"),
            ]
    }

    static let grpo = Preset(
        name: "grpo",
        paper: "DeepSeekMath, arXiv 2402.03300, as TRL's loss_type grpo",
        note: "The objective alone, with TRL's defaults for the rest (beta 0, epsilon 0.2).",
        fields: groupRelative(aggregation: "sequence_mean", "eq. 3, section 4.1.2"))

    static let bnpo = Preset(
        name: "bnpo",
        paper: "BNPO, arXiv 2506.02864, as TRL's loss_type bnpo",
        note: """
            TRL names its local token mean so; here it is the token mean of the step's batch. The \
            paper's beta normalisation of rewards is no part of it.
            """,
        fields: groupRelative(aggregation: "token_mean", "TRL, loss types"))

    static let drGRPO = Preset(
        name: "dr_grpo",
        paper: "Understanding R1-Zero-like training, arXiv 2503.20783",
        note: "L of the constant length is max_completion_length.",
        fields: groupRelative(
            scale: "none", aggregation: "constant_length", "section 3: neither 1/|o| nor std")
            + [
                field("beta", number: 0, "released training command: beta 0"),
                field("learning_rate", number: 1e-6, "released training command: 1e-6"),
                field("lr_scheduler_type", "constant", "released training command: constant"),
                field("num_generations", 8, "released training command: 8 samples"),
                field("num_iterations", 1, "released training command: one epoch"),
                field("temperature", number: 1, "released training command: 1"),
                field("max_completion_length", 3000, "released training command: 3000 tokens"),
            ])

    static let dapo = Preset(
        name: "dapo",
        paper: "DAPO, arXiv 2503.14476",
        note: """
            Groups without signal are replaced by newly sampled ones, what is left of them is \
            dropped; the paper samples until the batch is full, the bound is that of verl's \
            recipe. The soft overlong punishment (cache 4,096) is a reward; 20 rollout steps of \
            linear warm-up.
            """,
        fields: groupRelative(aggregation: "token_mean", "section 3.3") + [
            field("epsilon", number: 0.2, "section 4.1: 0.2"),
            field("epsilon_high", number: 0.28, "section 4.1: 0.28"),
            field("beta", number: 0, "section 2.3: KL removed"),
            field("zero_variance_groups", "drop", "section 3.2: dynamic sampling"),
            PresetField(
                key: "dynamic_sampling", value: .yaml("{max_rounds: 10}"),
                citation: "section 3.2: dynamic sampling; verl's recipe: at most 10 batches"),
            field("mask_truncated_completions", true, "section 3.4: overlong filtering"),
            field("learning_rate", number: 1e-6, "section 4.1: 1e-6"),
            field("lr_scheduler_type", "constant", "section 4.1: constant after warm-up"),
            field("num_generations", 16, "section 4.1: 16 responses for each prompt"),
            field("prompts_per_step", 32, "section 4.1: mini-batch 512, that is 32 x 16"),
            field("steps_per_generation", 16, "section 4.1: 16 updates for each rollout"),
            field("max_completion_length", 20480, "section 4.1: 20,480 tokens"),
        ])

    static let gspo = Preset(
        name: "gspo",
        paper: "Group Sequence Policy Optimization, arXiv 2507.18071",
        note: "The clip is of the order 1e-4: a ratio of a whole completion moves little.",
        fields: groupRelative(level: "sequence", aggregation: "sequence_mean", "eq. 5 to 7") + [
            field("epsilon", number: 3e-4, "section 5.1: 3e-4"),
            field("epsilon_high", number: 4e-4, "section 5.1: 4e-4"),
            field("beta", number: 0, "eq. 5: KL omitted"),
            field("steps_per_generation", 4, "section 5.1: four mini-batches"),
        ])

    static let cispo = Preset(
        name: "cispo",
        paper: "MiniMax-M1, arXiv 2506.13585 (CISPO); ScaleRL, arXiv 2510.13786",
        note: "MiniMax-M1 does not state its upper bound; ScaleRL's is taken. No lower bound.",
        fields: [
            field("advantage_baseline", "mean", "MiniMax-M1, section 3.1"),
            field("scale_rewards", "group", "MiniMax-M1, section 3.1"),
            field("importance_sampling_level", "token", "MiniMax-M1, section 3.1"),
            field("weight_function", "cispo", "MiniMax-M1, section 3.1"),
            field("aggregation", "token_mean", "MiniMax-M1, section 3.1"),
            field("epsilon_high", number: 5, "ScaleRL: epsilon_max 5"),
            field("beta", number: 0, "MiniMax-M1, section 3.1: no KL"),
        ])

    static let rloo = Preset(
        name: "rloo",
        paper: "Back to Basics: Revisiting REINFORCE, arXiv 2402.14740 (RLOO)",
        note: """
            The paper's action is the whole completion: the sum of its log-probabilities. \
            constant_length is that sum over L, a constant factor on the learning rate.
            """,
        fields: [
            field("advantage_baseline", "leave_one_out", "the RLOO estimator"),
            field("scale_rewards", "none", "the RLOO estimator: no division"),
            field("weight_function", "none", "REINFORCE in place of PPO: no clipping"),
            field("aggregation", "constant_length", "the completion is one action"),
            field("kl_estimator", "k1", "KL-shaped reward: log-ratio to the reference"),
            field("kl_in", "reward", "KL-shaped reward"),
            field("beta", number: 0.03, "appendix C: 0.03"),
            field("learning_rate", number: 1e-6, "appendix C: 1e-6"),
            field("num_generations", 2, "k = 2 or 4"),
            field("steps_per_generation", 2, "appendix C"),
        ])
}
